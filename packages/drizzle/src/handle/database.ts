import { PgStreamError, type Row, type SqlExecutor, type TransactionState } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { fromPostgresJs } from '@pgstream/core/postgres-js';
import { entityKind, type SQLWrapper } from 'drizzle-orm';
import type { PgMaterializedView } from 'drizzle-orm/pg-core';
import { DRIZZLE } from '../major.ts';

/**
 * A PostgreSQL db of Drizzle, whatever its driver, or a transaction of one, by shape. The second method is what a
 * MySQL or SQLite db does not have.
 */
export interface PgDatabaseLike {
  execute(query: SQLWrapper): PromiseLike<unknown>;
  refreshMaterializedView(view: PgMaterializedView): unknown;
}

/** What the drivers make of a statement's rows: postgres.js, pg-proxy and bun-sql the first, Xata the last, others the second. */
export type ExecuteResult = readonly Row[] | { readonly rows: readonly Row[] } | { readonly records: readonly Row[] };

/** A db with what Drizzle's types leave out. */
export interface Database {
  readonly dialect: object;
  /** The driver's object; transactions have none. */
  readonly $client?: unknown;
  /** Where the driver's package keeps the logger. */
  readonly session?: { readonly logger?: { logQuery(text: string, params: unknown[]): void } };
  execute(query: SQLWrapper): PromiseLike<ExecuteResult>;
  transaction<T>(work: (tx: Database) => Promise<T>): Promise<T>;
}

/**
 * The one database that statements go to: with `withReplicas` the primary, because a replica may lag behind, and can
 * refresh nothing. Throws INVALID_ARGUMENT for what is no db, in the name of the function that was called.
 */
export function primaryOf(db: PgDatabaseLike, caller: string): Database {
  const given: unknown = db;
  const primary = has(given, '$primary') ? given.$primary : given;
  if (isOfEffect(primary)) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      `${caller} takes a db whose statements are promises. This one is of Effect: make another of the same database, by drizzle-orm/node-postgres or drizzle-orm/postgres-js.`,
    );
  }
  if (!isDatabase(primary)) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      `${caller} takes a PostgreSQL db of ${DRIZZLE}, which is what drizzle() returned, or a transaction of one.`,
    );
  }
  return primary;
}

/** Statements of such a db are descriptions, which only Effect can run. Drizzle names what each of its classes is. */
function isOfEffect(value: unknown): boolean {
  const made: unknown = has(value, 'constructor') ? value.constructor : undefined;
  return has(made, entityKind) && String(made[entityKind]).includes('Effect');
}

function isDatabase(value: unknown): value is Database {
  return hasMethod(value, 'execute') && hasMethod(value, 'transaction') && 'dialect' in value;
}

/** What is known of the driver's connection that a db was made with. */
export interface Connection {
  readonly transaction: TransactionState;
  /** Whether `db.transaction()` runs on a connection of its own. */
  readonly pooled: boolean;
}

/**
 * Core knows pg and postgres.js by their shapes, and Drizzle keeps the driver's object in `$client`. Neon's HTTP driver
 * sends each statement as a request of its own. Of the others (PGlite, a single connection that anybody may have opened
 * a transaction on, proxies) nobody can tell.
 */
export function connectionOf(db: Database): Connection {
  // Of all dbs only a transaction has it.
  if (hasMethod(db, 'rollback')) return { transaction: 'open', pooled: false };
  if (isNeonHttp(db.$client)) return { transaction: 'none', pooled: false };
  const executor = driverOf(db);
  if (!executor) return { transaction: 'unknown', pooled: false };
  return { transaction: executor.transaction, pooled: executor.begin !== undefined && drizzleSeesPool(db.$client) };
}

/** Core's executor of the driver's object, for those that core knows. */
export function driverOf({ $client: client }: Database): SqlExecutor | undefined {
  if (isPostgresJs(client)) return isSingle(client) ? undefined : fromPostgresJs(client);
  if (isPg(client)) return fromPg(client);
  return undefined;
}

function isPostgresJs(value: unknown): value is Parameters<typeof fromPostgresJs>[0] {
  return hasMethod(value, 'unsafe') && hasMethod(value, 'begin');
}

/** What `neon()` gives: a tag that has batches, but no transaction that one could be inside of. */
function isNeonHttp(value: unknown): boolean {
  return typeof value === 'function' && hasMethod(value, 'transaction') && !hasMethod(value, 'begin');
}

/** With one connection only, postgres.js lets a transaction be opened by hand; otherwise it refuses BEGIN. */
function isSingle(client: object): boolean {
  return has(client, 'options') && has(client.options, 'max') && client.options.max === 1;
}

/** Drizzle sees a pool of pg by its class's name; of one that it does not see it would begin on any connection. */
function drizzleSeesPool(client: unknown): boolean {
  return isPostgresJs(client) || String(Object.getPrototypeOf(client)?.constructor?.name).includes('Pool');
}

function isPg(value: unknown): value is Parameters<typeof fromPg>[0] {
  return hasMethod(value, 'query');
}

function hasMethod<Name extends string>(value: unknown, name: Name): value is Readonly<Record<Name, unknown>> {
  return has(value, name) && typeof value[name] === 'function';
}

function has<Name extends string | symbol>(value: unknown, name: Name): value is Readonly<Record<Name, unknown>> {
  return ((typeof value === 'object' && value !== null) || typeof value === 'function') && name in value;
}
