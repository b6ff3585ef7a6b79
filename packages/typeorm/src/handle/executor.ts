import {
  isAbandonedTransaction,
  isPgStreamError,
  type Row,
  type SqlExecutor,
  type TransactionState,
} from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { type Connection, dataSourceOf, managerOf, runnerOf } from './connection.ts';

/**
 * The executor of a DataSource, or of a transaction of it: for `createPgStream` of `@pgstream/core`, where more is wanted
 * than the helpers of one entity, say `list()` or, in a migration, `create()`.
 *
 * Everything goes through TypeORM's own `query`, so it is logged as any other statement, part of the transaction where
 * there is one, and sent to the master where there are replicas. A DataSource's `manager` is asked at each statement: where
 * something makes that the manager of a transaction that is under way (typeorm-transactional does), it is part of it.
 * Throws INVALID_ARGUMENT for anything but a DataSource, EntityManager or QueryRunner.
 *
 * @example
 * const pgstream = createPgStream(fromTypeORM(dataSource));
 * for (const { name, isStale } of await pgstream.list()) console.log(name, isStale);
 */
export function fromTypeORM(connection: Connection): SqlExecutor {
  const dataSource = dataSourceOf(managerOf(connection));
  // State and statement ask the same thing, each at its own moment: a transaction of the host's may have begun since.
  const runner = (): QueryRunner | undefined => onMaster(runnerOf(connection));
  return {
    scope: dataSource,
    get transaction() {
      return transactionOf(runner());
    },
    async query(text, params) {
      const own = runner();
      try {
        return rowsOf(await dataSource.query(text, params && [...params], own));
      } catch (error) {
        if (own || !isAbandonedTransaction(error)) throw unexplained(error);
      }
      try {
        return await onCleanConnection(dataSource, text, params);
      } catch (error) {
        throw unexplained(error);
      }
    },
    get begin() {
      return runner() ? undefined : beginOn(dataSource);
    },
  };
}

function beginOn(dataSource: DataSource): NonNullable<SqlExecutor['begin']> {
  // The level is said, because a DataSource can have another one as its default.
  return (work) => dataSource.manager.transaction('READ COMMITTED', (ours) => work(fromTypeORM(ours)));
}

/** The error as TypeORM threw it: what the guard tells of the server's refusals is for other statements than core's own. */
function unexplained(error: unknown): unknown {
  return isPgStreamError(error) ? (error.cause ?? error) : error;
}

/** A statement that is no query: TypeORM gives undefined, or what the driver makes of a DO. */
function rowsOf(answer: unknown): readonly Row[] {
  return Array.isArray(answer) ? (answer as Row[]) : [];
}

/**
 * TypeORM gives a connection back to the pool with whatever transaction somebody has left open on it, or left failed. A
 * runner of our own may be given the same one, and mends it.
 */
async function onCleanConnection(
  dataSource: DataSource,
  text: string,
  params: readonly unknown[] | undefined,
): Promise<readonly Row[]> {
  const runner = dataSource.createQueryRunner('master');
  const send = async (): Promise<readonly Row[]> => rowsOf(await runner.query(text, params && [...params]));
  try {
    return await send();
  } catch (error) {
    if (!isAbandonedTransaction(error)) throw error;
    await runner.query('ROLLBACK');
    return await send();
  } finally {
    await runner.release();
  }
}

/** A runner of a replica can refresh nothing, and may know less than the master. Without replicas there is but one server. */
function onMaster(runner: QueryRunner | undefined): QueryRunner | undefined {
  const isOfReplica = runner?.connection.driver.isReplicated && runner.getReplicationMode() === 'slave';
  return isOfReplica ? undefined : runner;
}

function transactionOf(runner: QueryRunner | undefined): TransactionState {
  if (runner === undefined) return 'none';
  if (runner.isTransactionActive) return 'open';
  // Somebody may have sent BEGIN as a statement. Before it has a connection, a runner has sent nothing.
  const { databaseConnection } = runner as { databaseConnection?: Parameters<typeof fromPg>[0] };
  return databaseConnection ? fromPg(databaseConnection).transaction : 'none';
}
