import type { Pool } from 'pg';

/** Has a connection of a pool of pg's, and gives it back as the statements have left it. */
export async function leave(pool: Pool, statements: readonly string[]): Promise<void> {
  const connection = await pool.connect();
  // What fails leaves a failed transaction.
  for (const statement of statements) await connection.query(statement).catch(() => {});
  connection.release();
}
