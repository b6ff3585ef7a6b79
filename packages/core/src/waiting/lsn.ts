import { run, type Context } from '../context/index.ts';
import { statement } from '../dialect/index.ts';
import { PgStreamError } from '../errors/index.ts';

/**
 * A position in the server's write-ahead log, as PostgreSQL writes it: `0/16B3748`. Text, so that it can be kept in a
 * cookie or a header. It means something to the server that it came from, and to no other.
 */
export type Lsn = `${string}/${string}`;

const LSN = /^([0-9A-F]{1,8})\/([0-9A-F]{1,8})$/i;

/** A position as a number that can be compared, or undefined for what is none. */
export function readLsn(text: string): bigint | undefined {
  const [, high, low] = LSN.exec(text) ?? [];
  if (high === undefined || low === undefined) return undefined;
  return (BigInt(`0x${high}`) << 32n) | BigInt(`0x${low}`);
}

/**
 * Where the log is inserted at, which is behind everything that is visible; null on a server that replays another one's.
 * Not where it is written to: what was committed with `synchronous_commit` off may lie behind that.
 */
export const INSERTED_AT = `CASE WHEN NOT pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_current_wal_insert_lsn()::pg_catalog.text END`;

const CURRENT = statement<Lsn | null>(
  () => `SELECT coalesce(pg_catalog.to_json(${INSERTED_AT})::pg_catalog.text, 'null') AS pgstream`,
);

/** See {@link PgStream.currentLsn}. */
export async function currentLsn(context: Context): Promise<Lsn> {
  const [lsn = null] = await run(context, CURRENT, [], { operation: 'read' });
  if (lsn === null) throw notThePrimary();
  return lsn;
}

/** A replica replays the log of another server, and inserts nothing into it. */
export function notThePrimary(): PgStreamError {
  return new PgStreamError(
    'READ_ONLY_SERVER',
    'The server is a read replica, whose log position says nothing of what was just written: ask the primary.',
    { operation: 'read' },
  );
}
