import { testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { relationPassedOnTo } from '../../src/statement/index.ts';
import { fixture } from './fixture.ts';

const database = testDatabase();
let client: Client;
beforeAll(async () => {
  client = await database.connect();
  await client.query(fixture);
});

/** Queries of views, and what a DELETE from such a view deletes from: nothing where PostgreSQL refuses. */
const PASSED_ON = [
  'SELECT * FROM order_totals',
  'select id from public.order_totals',
  'SELECT id FROM ONLY order_totals',
  'SELECT id FROM ONLY (order_totals) AS t',
  'SELECT t.id, total FROM order_totals t WHERE total IN (SELECT a.total FROM other a, orders b)',
  'SELECT t.a FROM order_totals AS t (a, b) ORDER BY a, b',
  'SELECT "from".id FROM "order_totals" "from"',
  `SELECT 'from other', EXTRACT(year FROM now()) AS year, id FROM order_totals`,
  'SELECT id, total IS DISTINCT FROM id AS "differs" FROM order_totals',
  'SELECT id, total IS NOT DISTINCT FROM (SELECT 1 FROM other LIMIT 1) AS x FROM order_totals /* other */ -- other',
  '((SELECT id FROM order_totals))',
  'TABLE order_totals',
  'SELECT id FROM order_totals *',
  'SELECT (SELECT max(id) FROM other) AS most, id FROM order_totals;',
] as const;
const NOT_PASSED_ON = [
  'SELECT o.id FROM order_totals o, other',
  'SELECT o.id FROM order_totals o JOIN other USING (id)',
  'SELECT id FROM order_totals NATURAL JOIN other',
  'SELECT o.id FROM order_totals AS o (id) LEFT JOIN other ON true',
  'SELECT id FROM (SELECT * FROM order_totals) t',
  'WITH t AS (SELECT * FROM order_totals) SELECT * FROM t',
  'SELECT n FROM generate_series(1, 2) AS n',
  'SELECT id FROM order_totals TABLESAMPLE system (50)',
  'SELECT 1 AS id',
  'VALUES (1)',
  'SELECT 1 IS DISTINCT FROM 2 AS differs',
] as const;

async function deletedFrom(query: string): Promise<unknown> {
  const wrote: unknown[] = [];
  const note = ({ message, detail }: { message?: string | undefined; detail?: string | undefined }): void => {
    if (message === 'wrote') wrote.push((JSON.parse(detail ?? '') as { name: string }).name);
  };
  client.on('notice', note);
  await client.query('BEGIN');
  try {
    await client.query(`CREATE VIEW passing AS ${query}`);
    await client.query('DELETE FROM passing');
    return wrote[0];
  } catch (error) {
    if (!(error as Error).message.startsWith('cannot delete from view')) throw error;
    return undefined;
  } finally {
    client.off('notice', note);
    await client.query('ROLLBACK');
  }
}

describe('the relation that a view passes writes on to', () => {
  it.each(PASSED_ON)('of %s is what PostgreSQL deletes from', async (query) => {
    expect(relationPassedOnTo(query)?.name).toBe('order_totals');
    expect(await deletedFrom(query)).toBe('order_totals');
  });

  it.each(NOT_PASSED_ON)('of %s is none, and PostgreSQL refuses', async (query) => {
    expect(relationPassedOnTo(query)).toBeUndefined();
    expect(await deletedFrom(query)).toBeUndefined();
  });

  it('is in the schema that the text says', () => {
    expect(relationPassedOnTo('SELECT * FROM analytics."order_totals"')).toEqual({
      schema: 'analytics',
      name: 'order_totals',
    });
    expect(relationPassedOnTo('')).toBeUndefined();
    expect(relationPassedOnTo('SELECT * FROM')).toBeUndefined();
  });
});
