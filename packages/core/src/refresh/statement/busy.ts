import type { Dialect } from '../../dialect/index.ts';
import { indent } from '../../command/index.ts';

/**
 * One refresh of a stream table at a time, for as long as the transaction lives. The extension's own lock is not enough:
 * it is gone before the commit (contract A.5), and who comes in between reads a frontier that is no longer true.
 */
export function claimRow(dialect: Dialect): string {
  const { catalog, prefix } = dialect;
  const thisRow = `FROM ${catalog} s WHERE s.${prefix}schema = table_schema AND s.${prefix}name = table_name`;
  return `SELECT s.${prefix}id, s.refresh_mode, s.status INTO table_id, refresh_as, table_status
${thisRow} FOR UPDATE SKIP LOCKED;
${refuseIf(`(table_id IS NULL AND EXISTS (SELECT ${thisRow}))
  OR ${indent(lockIsTaken(dialect)).trimStart()}`)}`;
}

/** The bare refresh claims nothing; it refuses what the extension would let through. */
export function refuseWhenTaken(dialect: Dialect): string {
  return refuseIf(lockIsTaken(dialect));
}

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
function refuseIf(condition: string): string {
  return `IF ${condition} THEN
  RAISE EXCEPTION 'refresh skipped: %.% — another refresh is already in progress', table_schema, table_name USING ERRCODE = 'XX000';
END IF;`;
}
