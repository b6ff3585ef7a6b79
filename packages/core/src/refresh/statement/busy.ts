import type { Dialect } from '../../dialect/index.ts';
import { indent } from '../../command/index.ts';
import { onlyIf, type Parts } from './parts.ts';
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
    `${selectClaimed(dialect, dialect.locksSourcesItself ? [] : SOURCE_COLUMNS)}
${thisRow} FOR UPDATE SKIP LOCKED;
IF table_id IS NULL THEN
${indent(refuseIf(`EXISTS (SELECT ${thisRow})`))}
ELSIF ${lockIsTaken(dialect)} THEN
  ${raiseBusy}
END IF;`,
  );
}

/** Refuses no more than what the extension would let through: for the bare refresh, and for who may not lock the row. */
export function claimNothing(dialect: Dialect, more: readonly Column[] = []): string {
  const { catalog, prefix } = dialect;
  return `${selectClaimed(dialect, more)}
FROM ${catalog} s WHERE s.${prefix}schema = table_schema AND s.${prefix}name = table_name;
${refuseIf(lockIsTaken(dialect))}`;
}

/** What {@link claimRow} and {@link claimNothing} declare. */
export function claimVariables({ refreshLock, locksSourcesItself }: Dialect): string {
  return `table_id bigint;${refreshLock === 'transaction' ? '\nis_free boolean;' : ''}${locksSourcesItself ? `\n${CLAIM_AS_ALLOWED_VARIABLES}` : ''}`;
}

/**
 * What {@link claimAsAllowed} and {@link refuseWhenSkipped} declare: the row as it was before the call, where it may be read and not
 * locked; and what this session held before the call, where nothing may be read.
 */
const CLAIM_AS_ALLOWED_VARIABLES = `may_read boolean;
row_version pg_catalog.text;
advisory_locks pg_catalog.text[];`;

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
${indent(claimUnlessRefreshedSince(dialect, parts, claimNothing(dialect, [[VERSION, 'row_version']])), 2)}
  END IF;
END IF;`;
}

type Column = readonly [expression: string, variable: string];

/** What {@link lockSources} has to know of the stream table. */
const SOURCE_COLUMNS: readonly Column[] = [["s.refresh_mode <> 'FULL' AND s.status <> 'SUSPENDED'", 'reads_changes']];

function selectClaimed({ prefix, refreshLock }: Dialect, more: readonly Column[]): string {
  const columns: readonly Column[] = [
    [`s.${prefix}id`, 'table_id'],
    ...more,
    ...(refreshLock === 'transaction' ? [[`pg_try_advisory_xact_lock(s.${prefix}id)`, 'is_free'] as const] : []),
  ];
  return `SELECT ${columns.map(([expression]) => expression).join(', ')} INTO ${columns.map(([, variable]) => variable).join(', ')}`;
}

/**
 * After the call: the extension tells in a notice alone that it has skipped a busy table. A refresh locks or changes its
 * row, and takes its advisory lock; who may not see whose that is has one more of them, or had it before in this
 * transaction.
 */
export function refuseWhenSkipped(dialect: Dialect, { joins }: Parts): string {
  const { catalog, prefix } = dialect;
  const already = ` AND NOT jsonb_exists(${REFRESHED}, called_name)`;
  const remember = `PERFORM set_config('pgstream.refreshed', (${REFRESHED} || jsonb_build_object(called_name, true))::text, true);`;
  return `IF advisory_locks IS NOT NULL THEN
  IF advisory_locks @> ARRAY(${advisoryLocks})${joins ? already : ''} THEN
    ${raiseBusy}
  END IF;
${onlyIf(joins, `  ${remember}`)}ELSIF row_version IS NOT NULL THEN
  IF row_version = (SELECT ${VERSION} FROM ${catalog} s WHERE s.${prefix}id = table_id) THEN
    ${raiseBusy}
  END IF;
END IF;`;
}

/** Of a row: where it is, who wrote it, and who has locked it. */
const VERSION = "concat_ws(' ', s.ctid, s.xmin, s.xmax)";

/** What this transaction has refreshed without seeing the catalog: the extension's locks on it are there until it ends. */
const REFRESHED = "coalesce(NULLIF(current_setting('pgstream.refreshed', true), ''), '{}')::jsonb";

const advisoryLocks = `SELECT concat_ws(' ', l.classid, l.objid) FROM pg_lock_status() l
  WHERE l.pid = pg_backend_pid() AND l.locktype = 'advisory' AND l.objsubid = 1`;

/**
 * pg_stream: this session has the lock already, so it is an application's own on the same small number, or one that a
 * bare call has leaked. The extension would take it once more, and nobody could tell later whose it was.
 *
 * pg_trickle: the row was selected with the lock that the extension takes, because the extension tells of a busy table in a
 * notice only.
 */
function lockIsTaken(dialect: Dialect): string {
  return dialect.refreshLock === 'session' ? thisSessionHoldsTheLock : 'NOT is_free';
}

/** The extension's lock: one bigint, which the server shows in two halves. */
export const thisSessionHoldsTheLock = `EXISTS (SELECT FROM pg_lock_status() l
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
