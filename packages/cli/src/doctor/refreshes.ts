import { createPgStream, isPgStreamError, type StreamTableStatus } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import type { Pool } from 'pg';
import type { Finding } from '../output/index.ts';

/** What says nothing about the stream table: somebody is at work. */
const IN_THE_WAY = new Set(['REFRESH_BUSY', 'SOURCES_BUSY', 'SUSPENDED', 'TIMEOUT']);

/**
 * Refreshes each stream table in a transaction that is rolled back: those that fail are what a scheduler stands still for,
 * which records nothing of it.
 */
export async function refreshFindings(pool: Pool, tables: readonly StreamTableStatus[]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { schema, name, status } of tables) {
    if (status === 'SUSPENDED') continue;
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      await createPgStream(fromPg(client)).table({ schema, name }).refresh();
    } catch (error) {
      if (!isPgStreamError(error) || IN_THE_WAY.has(error.code)) continue;
      findings.push({
        code: 'REFRESH_FAILS',
        severity: 'error',
        streamTable: { schema, name },
        message: `A refresh of it fails: ${error.code}: ${error.message}`,
        cure: 'Mend its query or its sources; until then suspend it (pgstream suspend), so that the scheduler of pg_stream goes on with the others.',
      });
    } finally {
      await client.query('ROLLBACK').then(
        () => client.release(),
        (error: Error) => client.release(error),
      );
    }
  }
  return findings;
}
