import { onEmulator, testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, describe, expect, test } from 'vitest';
import { dice, randomChange } from './changes.ts';
import { queryKinds, sources } from './queries.ts';
import { countsSides } from '../abilities.ts';

const database = testDatabase();
let client: Client;

const tableOf = (index: number): string => `st_${index}`;

/** How often a row is in the result by what is stored: where both sides of a set operation are counted, these tell. */
function timesStored(query: string): string {
  const [, operation] = (countsSides && /\b(EXCEPT|INTERSECT ALL)\b/.exec(query)) || [];
  if (operation === 'EXCEPT') return 'count(*) FILTER (WHERE __pgs_count_l > 0 AND __pgs_count_r = 0)';
  return operation === undefined ? 'count(*)' : 'sum(least(__pgs_count_l, __pgs_count_r))';
}

// Counted as JSON, in which every type can be compared. The hidden columns are not the query's.
const differingRows = (table: string, query: string): string => `
  WITH q AS (SELECT to_jsonb(q) AS row, count(*) AS n FROM (${query}) q GROUP BY 1),
       t AS (SELECT to_jsonb(t) - ARRAY(SELECT k FROM jsonb_object_keys(to_jsonb(t)) k WHERE starts_with(k, '__pgs_')) AS row,
                    ${timesStored(query)} AS n
             FROM ${table} t GROUP BY 1)
  SELECT q.row AS wanted, q.n AS wanted_times, t.row AS stored, t.n AS stored_times
  FROM q FULL JOIN t ON q.row = t.row
  WHERE coalesce(q.n, 0) <> coalesce(t.n, 0)`;

/** Differences between each stream table and its query. */
async function differences(): Promise<Record<string, unknown[]>> {
  const found: Record<string, unknown[]> = {};
  for (const [index, { kind, query }] of queryKinds.entries()) {
    const { rows } = await client.query(differingRows(tableOf(index), query));
    if (rows.length > 0) found[kind] = rows;
  }
  return found;
}

// Some 40 stream tables, refreshed in every round.
describe.runIf(onEmulator)('every stream table equals its query (emulator only)', { timeout: 60_000 }, () => {
  beforeAll(async () => {
    client = await database.connect();
    await client.query(sources);
    const roll = dice(1);
    for (let i = 0; i < 30; i += 1) await client.query(randomChange(roll));
    for (const [index, { query }] of queryKinds.entries()) {
      await client.query('SELECT pgstream.create_stream_table($1, $2)', [`public.${tableOf(index)}`, query]);
    }
  }, 60_000);

  test('as it is created', async () => {
    expect(await differences()).toEqual({});
  });

  test.for([2, 3, 4, 5])('after random changes and an incremental refresh (seed %i)', async (seed) => {
    const roll = dice(seed);
    for (let round = 0; round < 6; round += 1) {
      for (let i = roll(6); i >= 0; i -= 1) await client.query(randomChange(roll));
      await client.query(
        'SELECT pgstream.refresh_stream_table(pgs_schema || $1 || pgs_name) FROM pgstream.pgs_stream_tables',
        ['.'],
      );
      expect(await differences()).toEqual({});
    }
  });

  test('row ids are unique', async () => {
    for (const [index] of queryKinds.entries()) {
      const { rows } = await client.query(`SELECT __pgs_row_id FROM ${tableOf(index)} GROUP BY 1 HAVING count(*) > 1`);
      expect(rows).toEqual([]);
    }
  });
});
