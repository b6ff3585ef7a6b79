import { extension, onPgTrickle } from '@pgstream/harness';
import type { Client } from 'pg';

/** Writes to stream tables past the extension and its guards, as a superuser can. */
export async function damage(admin: Client, ...statements: readonly string[]): Promise<void> {
  await admin.query('BEGIN');
  try {
    await admin.query('SET LOCAL session_replication_role = replica');
    for (const statement of statements) await admin.query(statement);
    await admin.query('COMMIT');
  } catch (error) {
    await admin.query('ROLLBACK');
    throw error;
  }
}

/** Lets rows into a stream table that have no id of the extension's, which pg_trickle wants. */
export async function takeRowsWithoutId(admin: Client, table: string): Promise<void> {
  if (onPgTrickle)
    await damage(admin, `ALTER TABLE ${table} ALTER COLUMN ${extension.hiddenPrefix}row_id DROP NOT NULL`);
}
