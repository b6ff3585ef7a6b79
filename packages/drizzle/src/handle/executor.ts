import { isAbandonedTransaction, type Row, type SqlExecutor } from '@pgstream/core';
import { type SQL, sql } from 'drizzle-orm';
import { connectionOf, type Database, driverOf, type ExecuteResult } from './database.ts';

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
      try {
        return rowsOf(await db.execute(statement(text, params)));
      } catch (error) {
        const driver = isAbandonedTransaction(error) ? driverOf(db) : undefined;
        if (driver?.transaction !== 'none') throw error;
        // Drizzle has no say in which connection it gets; the driver is told to take another one, or to mend this.
        return await logging(db, driver).query(text, params);
      }
    },
  };
  if (!connectionOf(db).pooled) return executor;
  // Not by `db.transaction`: where BEGIN fails, because somebody's failed transaction is on the connection, that never
  // goes back to the pool; and where ROLLBACK is lost, it goes back as if it were fine.
  const begin = driverOf(db)?.begin;
  return {
    ...executor,
    begin: begin && ((work) => begin((ours) => work({ ...logging(db, ours), scope: executor.scope }))),
  };
}

/** The driver's executor, whose statements Drizzle's logger is told of. */
function logging({ session }: Database, executor: SqlExecutor): SqlExecutor {
  return {
    ...executor,
    query(text, params = []) {
      session?.logger?.logQuery(text, [...params]);
      return executor.query(text, params);
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
