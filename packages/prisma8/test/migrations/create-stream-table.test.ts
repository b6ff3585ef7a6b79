import { connect, extension, freshDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { describe, expect, it } from 'vitest';
import { createStreamTable } from '../../src/migration.ts';

const query = 'SELECT id FROM public.sources';
const dialect = extension.name;

/** As Prisma runs an operation: nothing where its end is reached already. */
async function run(client: Client, { execute, postcheck }: ReturnType<typeof createStreamTable>): Promise<void> {
  const isDone = async (): Promise<boolean> => {
    for (const { sql, params } of postcheck) {
      const { rows } = await client.query<{ exists: boolean }>(sql, [...(params ?? [])]);
      if (!rows[0]?.exists) return false;
    }
    return true;
  };
  if (await isDone()) return;
  for (const { sql, params } of execute) await client.query(sql, [...(params ?? [])]);
  expect(await isDone()).toBe(true);
}

describe('createStreamTable()', () => {
  it('creates what it is told, once', async () => {
    const client = await connect(await freshDatabase());
    await client.query('CREATE SCHEMA analytics; CREATE TABLE public.sources (id integer PRIMARY KEY)');
    const operation = createStreamTable({
      schema: 'analytics',
      name: 'ids',
      query,
      schedule: '7m',
      refreshMode: 'FULL',
      dialect,
    });
    await run(client, operation);
    await run(client, operation);
    await run(client, createStreamTable({ name: 'empty', query, initialize: false, dialect }));
    const { rows } = await client.query(
      `SELECT pgs_name AS name, schedule, refresh_mode, is_populated FROM pgstream.pgs_stream_tables ORDER BY 1`,
    );
    expect(rows).toEqual([
      { name: 'empty', schedule: '1m', refresh_mode: 'DIFFERENTIAL', is_populated: false },
      { name: 'ids', schedule: '7m', refresh_mode: 'FULL', is_populated: true },
    ]);
  });

  it.each([
    ['a name with a quote', { name: `x'); drop table orders; --`, query }, 'INVALID_NAME'],
    ['a name in capitals', { name: 'Totals', query }, 'INVALID_NAME'],
    ['a schema with a dot', { schema: 'a.b', name: 'totals', query }, 'INVALID_NAME'],
    ['no name', { name: '', query }, 'INVALID_NAME'],
    ['no query', { name: 'totals', query: ' ' }, 'INVALID_ARGUMENT'],
  ])('refuses %s', (_what, table, code) => {
    expect(() => createStreamTable(table)).toThrow(expect.objectContaining({ code }) as Error);
  });
});
