import type { Row, SqlExecutor } from '@pgstream/core';
import { type SQL, sql } from 'drizzle-orm';
import { connectionOf, type Database, type ExecuteResult } from './database.ts';

/**
 * The executor of a db or of a transaction: everything goes through Drizzle's own `execute`, so it is logged, traced
 * and part of the transaction as any other statement.
 *
 * The scope is the dialect, the one object that a db shares with its transactions.
 */
export function drizzleExecutor(db: Database): SqlExecutor {
  const executor: SqlExecutor = {
    scope: db.dialect,
    get transaction() {
      return connectionOf(db).transaction;
    },
    async query(text, params = []) {
      return rowsOf(await db.execute(statement(text, params)));
    },
  };
  if (!connectionOf(db).pooled) return executor;
  return {
    ...executor,
    async begin<T>(work: (executor: SqlExecutor) => Promise<T>): Promise<T> {
      // postgres.js unwraps arrays of promises in the result; a property is left alone.
      const { value } = await db.transaction(async (tx) => ({ value: await work(drizzleExecutor(tx)) }));
      return value;
    },
  };
}

/** Drizzle numbers parameters by itself, in the order in which they come: one for each place in the text. */
function statement(text: string, params: readonly unknown[]): SQL {
  if (params.length === 0) return sql.raw(text);
  const pieces = text.split(/\$(\d+)/);
  return sql.join(
    pieces.map((piece, index) => (index % 2 === 0 ? sql.raw(piece) : sql.param(params[Number(piece) - 1]))),
  );
}

function rowsOf(result: ExecuteResult): readonly Row[] {
  if ('rows' in result) return result.rows;
  return 'records' in result ? result.records : result;
}
