import type { SqlExecutor } from './executor.ts';

/**
 * Does something inside a transaction and undoes it: what it has changed, its settings and its locks. An error leaves the
 * transaction usable.
 */
export async function undone<T>(executor: SqlExecutor, work: () => Promise<T>): Promise<T> {
  await executor.query('SAVEPOINT pgstream');
  const undo = async (): Promise<void> => {
    await executor.query('ROLLBACK TO SAVEPOINT pgstream');
    await executor.query('RELEASE SAVEPOINT pgstream');
  };
  let result: T;
  try {
    result = await work();
  } catch (error) {
    // Of a connection that is lost nothing is left to undo: the error says more.
    await undo().catch(() => {});
    throw error;
  }
  await undo();
  return result;
}
