import type { Dialect } from '../../dialect/index.ts';
import { indent } from '../../command/index.ts';
import type { Parts } from './parts.ts';
import { claimUnlessRefreshedSince } from './since.ts';
import { isOldSnapshotKept, raiseUnsafeIsolation, refuseOldSnapshot } from './source-locks.ts';

/**
 * One refresh of a stream table at a time, for as long as the transaction lives. The extension's own lock is not enough:
 * it is gone before the commit (contract A.5), and who comes in between reads a frontier that is no longer true.
 */
export function claimRow(dialect: Dialect, parts: Parts): string {
  const { catalog, prefix } = dialect;
  const thisRow = `FROM ${catalog} s WHERE s.${prefix}schema = table_schema AND s.${prefix}name = table_name`;
  return claimUnlessRefreshedSince(
    dialect,
    parts,
    `SELECT s.${prefix}id, s.refresh_mode, s.status INTO table_id, refresh_as, table_status
${thisRow} FOR UPDATE SKIP LOCKED;
IF table_id IS NULL THEN
${indent(refuseIf(`EXISTS (SELECT ${thisRow})`))}
ELSE
${indent(refuseWhenTaken(dialect))}
END IF;`,
  );
}

/** The bare refresh claims nothing; it refuses what the extension would let through. */
export function refuseWhenTaken(dialect: Dialect): string {
  return refuseIf(lockIsTaken(dialect));
}

/** What {@link claimAsAllowed} and {@link refuseWhenSkipped} declare. */
export const CLAIM_VARIABLES = `may_read boolean;
row_version pg_catalog.text; -- As the row was before the call, where it may be read and not locked.
advisory_locks pg_catalog.text[]; -- What this session held before the call, where nothing may be read.`;

/**
 * Where the extension needs nothing but EXECUTE and ownership (contract F.3), neither do we: asks what the role may do,
 * and claims by as much of it as there is.
 */
export function claimAsAllowed(dialect: Dialect, parts: Parts): string {
  const { catalog } = dialect;
  return `may_read := has_table_privilege('${catalog}', 'SELECT');
IF NOT may_read THEN
  IF ${isOldSnapshotKept} THEN
    ${raiseUnsafeIsolation}
  END IF;
  advisory_locks := ARRAY(${advisoryLocks});
ELSE
${indent(refuseOldSnapshot(dialect))}
  IF has_table_privilege('${catalog}', 'UPDATE') THEN
${indent(claimRow(dialect, parts), 2)}
  ELSE
${indent(claimUnlessRefreshedSince(dialect, parts, claimUnlocked(dialect)), 2)}
  END IF;
END IF;`;
}

function claimUnlocked(dialect: Dialect): string {
  const { catalog, prefix } = dialect;
  return `SELECT s.${prefix}id, ${VERSION} INTO table_id, row_version FROM ${catalog} s WHERE s.${prefix}schema = table_schema AND s.${prefix}name = table_name;
${refuseWhenTaken(dialect)}`;
}

/**
 * After the call: the extension tells in a notice alone that it has skipped a busy table. A refresh locks or changes its
 * row, and takes its advisory lock; who may not see whose that is has one more of them, or had it before in this
 * transaction.
 */
export function refuseWhenSkipped(dialect: Dialect): string {
  const { catalog, prefix } = dialect;
  return `IF NOT may_read THEN
  IF advisory_locks @> ARRAY(${advisoryLocks}) AND NOT jsonb_exists(${REFRESHED}, called_name) THEN
    ${raiseBusy}
  END IF;
  PERFORM set_config('pgstream.refreshed', (${REFRESHED} || jsonb_build_object(called_name, true))::text, true);
ELSIF row_version = (SELECT ${VERSION} FROM ${catalog} s WHERE s.${prefix}id = table_id) THEN
  ${raiseBusy}
END IF;`;
}

/** Of a row: where it is, who wrote it, and who has locked it. */
const VERSION = "concat_ws(' ', s.ctid, s.xmin, s.xmax)";

/** What this transaction has refreshed without seeing the catalog: the extension's locks on it are there until it ends. */
const REFRESHED = "coalesce(NULLIF(current_setting('pgstream.refreshed', true), ''), '{}')::jsonb";

const advisoryLocks = `SELECT concat_ws(' ', l.classid, l.objid) FROM pg_locks l
  WHERE l.pid = pg_backend_pid() AND l.locktype = 'advisory' AND l.objsubid = 1`;

/**
 * pg_stream: this session has the lock already, so it is an application's own on the same small number, or one that a
 * bare call has leaked. The extension would take it once more, and nobody could tell later whose it was.
 *
 * pg_trickle: takes the lock that the extension takes, because the extension tells of a busy table in a notice only.
 */
function lockIsTaken(dialect: Dialect): string {
  return dialect.refreshLock === 'session' ? thisSessionHoldsTheLock : 'NOT pg_try_advisory_xact_lock(table_id)';
}

/** The extension's lock: one bigint, which pg_locks shows in two halves. */
export const thisSessionHoldsTheLock = `EXISTS (SELECT FROM pg_locks l
  WHERE l.pid = pg_backend_pid() AND l.locktype = 'advisory' AND l.objsubid = 1
    AND l.classid = (table_id >> 32)::bit(32)::bigint::oid AND l.objid = (table_id & 4294967295)::oid)`;

/** The extension's own words, so that there is one kind of busy. */
const raiseBusy =
  "RAISE EXCEPTION 'refresh skipped: %.% — another refresh is already in progress', table_schema, table_name USING ERRCODE = 'XX000';";

function refuseIf(condition: string): string {
  return `IF ${condition} THEN
  ${raiseBusy}
END IF;`;
}
