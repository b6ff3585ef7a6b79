import { PgStreamError, StreamTableReadOnlyError } from '@pgstream/core';
import { refusedWrites, type StreamTables } from '@pgstream/core/statement';
import type { Query, SQL } from 'drizzle-orm';
import { DRIZZLE } from '../major.ts';
import { refusalIn, refusedQuery, refusedSql } from './refusal.ts';
import { type GuardOptions, streamTablesOf } from './texts.ts';
import { type Written, written, writtenThrough } from './written.ts';

/** Set on a dialect that is guarded. On the dialect itself, because Drizzle may hand out proxies of it. */
const guarded = Symbol.for('@pgstream/drizzle.guarded');

/** What a write is built from. */
interface Config {
  readonly table?: unknown;
  readonly view?: unknown;
}

/** What Drizzle builds each write with: the method, what its rows would be written to, and the call as the user wrote it. */
const WRITES = [
  { build: 'buildInsertQuery', written: ({ table }: Config) => writtenThrough(table), operation: 'insert' },
  { build: 'buildUpdateQuery', written: ({ table }: Config) => writtenThrough(table), operation: 'update' },
  // What ON CONFLICT DO UPDATE sets is built of the table alone, before there is an INSERT.
  { build: 'buildUpdateSet', written: (table: unknown) => writtenThrough(table), operation: 'update' },
  { build: 'buildDeleteQuery', written: ({ table }: Config) => writtenThrough(table), operation: 'delete' },
  {
    build: 'buildRefreshMaterializedViewQuery',
    written: ({ view }: Config) => written(view),
    operation: 'refreshMaterializedView',
  },
] as const;

type Build = (this: unknown, config: Config, ...rest: readonly unknown[]) => SQL;
/** What it takes besides the statement differs between versions of Drizzle. */
type SqlToQuery = (this: unknown, statement: SQL, ...rest: readonly unknown[]) => Query;
type Dialect = Record<(typeof WRITES)[number]['build'], Build> & {
  sqlToQuery: SqlToQuery;
  /** What 1.0 asks for where a driver takes the pieces of a text. */
  _sqlToQuery?: SqlToQuery;
  [guarded]?: true;
};

/** A Drizzle database, by shape; with `withReplicas` there are several in one. */
interface Database {
  readonly dialect?: Dialect;
  readonly $primary?: Database;
  readonly $replicas?: readonly Database[];
}

/**
 * Makes every write to a stream table through this one db fail with `StreamTableReadOnlyError`, which names the table
 * and the operation, before anything is sent: insert, update, delete and refreshMaterializedView, in transactions and
 * nested ones, with CTEs, prepared, in batches, on the primary and on replicas; through a view whose query, as it was
 * declared, reads from one; and by SQL text that names the table, as `db.execute(sql.raw(…))` sends it. Returns the db that
 * it was given; guarding it again changes nothing.
 *
 * Whatever gives a promise rejects: `await`, `then()`, `catch()`, `execute()`, also that of a prepared query, which can
 * be prepared. `toSQL()` throws, in Drizzle 1.0 when what it gives is read. What is left of a refused write as text is no statement to any database.
 *
 * Writes to other tables pass unchanged. What SQL text does without saying so (`DO`, functions, triggers, rules, views that
 * were declared as `.existing()`) is not seen: only the database can refuse it. Throws INVALID_ARGUMENT for anything but a
 * PostgreSQL db of Drizzle, and for `streamTables` that are none.
 *
 * @example
 * export const db = guardStreamTables(drizzle(pool));
 */
export function guardStreamTables<TDatabase extends object>(db: TDatabase, options: GuardOptions = {}): TDatabase {
  const { dialect, $primary, $replicas = [] }: Database = db ?? {};
  if (!isDialect(dialect)) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      `guardStreamTables() takes a PostgreSQL db of ${DRIZZLE}: what drizzle() returned.`,
    );
  }
  guardDialect(dialect, streamTablesOf(options));
  if ($primary) guardStreamTables($primary, options);
  for (const replica of $replicas) guardStreamTables(replica, options);
  return db;
}

function isDialect(value: unknown): value is Dialect {
  return (
    typeof value === 'object' &&
    value !== null &&
    typeof (value as Partial<Dialect>).sqlToQuery === 'function' &&
    WRITES.every(({ build }) => typeof (value as Partial<Dialect>)[build] === 'function')
  );
}

// Every statement of a db, of its transactions, CTEs and prepared queries is built by the one dialect object of that
// db. Replacing methods on that object, and not on its class, reaches all of them and no other db.
function guardDialect(dialect: Dialect, streamTables: StreamTables): void {
  if (dialect[guarded]) return;
  for (const { build, written: writtenBy, operation } of WRITES) {
    const original = dialect[build];
    dialect[build] = function refuseStreamTables(config, ...rest) {
      const refused = writtenBy(config);
      return refused ? refusedSql(readOnly(refused, operation)) : original.call(this, config, ...rest);
    };
  }
  for (const name of ['sqlToQuery', '_sqlToQuery'] as const) {
    const sqlToQuery = dialect[name];
    if (!sqlToQuery) continue;
    dialect[name] = function refuseRefused(...args) {
      const query = sqlToQuery.apply(this, args);
      const error = refusalIn(query) ?? refusedWrites(query.sql, streamTables)[0]?.error;
      return error ? refusedQuery(error) : query;
    };
  }
  dialect[guarded] = true;
}

function readOnly({ table: { schema, name }, view }: Written, operation: string): StreamTableReadOnlyError {
  const advice =
    view === undefined
      ? undefined
      : `The view "${view}" reads from it, and PostgreSQL would write through the view. Write to the tables that the stream table's query reads, then refresh it.`;
  return new StreamTableReadOnlyError(name, operation, { schema, advice });
}
