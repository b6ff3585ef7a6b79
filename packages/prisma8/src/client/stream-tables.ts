import type { DialectName, PgStreamOptions } from '@pgstream/core';
import { DeclaredTables } from '@pgstream/core/statement';
import type { SqlMiddleware } from '@prisma/orm-postgres/family-runtime';
import type { PostgresClient } from '@prisma/orm-postgres/runtime';
import { declaredModels, type StreamModels } from '../contract/index.ts';
import { guardMiddleware } from '../guard/index.ts';
import { checkClient } from './check-client.ts';
import { guardedClient } from './guarded-client.ts';
import type { ContractWith, GuardedClient } from '../types/index.ts';

/** What the guard is told besides the models. */
export interface StreamTablesOptions {
  /**
   * The schemas in which PostgreSQL looks for a table that SQL text names without one, as the `search_path` of the connections
   * has them. Default: `['public']`.
   */
  readonly searchPath?: readonly string[] | undefined;
  /** Which extension is meant in a database that has both; by default pg_trickle, the newer one. */
  readonly dialect?: DialectName | undefined;
}

/** The two halves of the guard: what the client is made with, and what is made of the client. */
export interface StreamTablesGuard<Streams> {
  /** For `middleware` of `postgres()`: refuses writes to stream tables on every lane of the runtime. Its place among others does not matter. */
  readonly middleware: SqlMiddleware;
  /**
   * The client with the helpers on the models of stream tables, and without their writes; in transactions as well. The client
   * that is given stays what it is.
   *
   * Throws INVALID_ARGUMENT for what is no client of Prisma 8, one that was made without the middleware, and one of
   * another contract.
   */
  extend<Contract extends ContractWith<Streams>>(client: PostgresClient<Contract>): GuardedClient<Contract, Streams>;
}

/**
 * Makes the models that stand for stream tables read-only, and gives them `isStale()`, `lastRefreshAt()`, `refresh()` and the
 * other helpers of `@pgstream/core`.
 *
 * Every write to them is refused with `StreamTableReadOnlyError` before anything is sent: by the models, nested in writes of
 * other models, by the SQL builder, and by SQL text that names the table. What text does without saying so (`DO`, functions,
 * triggers, rules, views) is for the role's rights to refuse.
 *
 * Throws INVALID_ARGUMENT for a model that the contract has not, and for one that Prisma's migrations would alter or drop, as
 * it is not `@@control(observed)`; INVALID_NAME for a column of the extension's own.
 *
 * @param contractJson what `prisma contract emit` has written: contract.json, imported
 * @param models by their namespaces, those that stand for stream tables
 *
 * @example
 * const guard = streamTables(contractJson, { public: ['OrderTotals'] });
 * export const db = guard.extend(postgres<Contract>({ contractJson, url, middleware: [guard.middleware] }));
 */
export function streamTables<const Streams extends StreamModels>(
  contractJson: unknown,
  models: Streams,
  options: StreamTablesOptions = {},
): StreamTablesGuard<Streams> {
  const { searchPath = ['public'], dialect } = options;
  const declared = declaredModels(contractJson, models);
  const middleware = guardMiddleware(new DeclaredTables(declared.tables, searchPath));
  const asked: PgStreamOptions = { dialect };
  const extend = (client: unknown): unknown => {
    checkClient(client, middleware, declared);
    return guardedClient(client, declared, asked);
  };
  // Its type says what becomes of the client, which nobody could write down as a value.
  return { middleware, extend } as unknown as StreamTablesGuard<Streams>;
}
