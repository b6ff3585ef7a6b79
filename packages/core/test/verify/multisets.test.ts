import { testDatabase } from '@pgstream/harness';
import fc from 'fast-check';
import type { Client } from 'pg';
import { beforeAll, expect, it } from 'vitest';
import { createPgStream, type StreamTable } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { pooled } from '../refresh/scene.ts';
import { takeRowsWithoutId } from './damage.ts';

/** Random rows on both sides, counted by the server and by us. */

const db = testDatabase();
let admin: Client;

beforeAll(async () => {
  admin = await db.connect();
  await admin.query(`
    CREATE TABLE public.rows (n int, word text, doc json, x float8);
    CREATE TABLE public.exact_rows (n int, word text, doc json)`);
  const pgstream = createPgStream(fromPg(admin));
  await pgstream.create({ name: 'shown', query: 'SELECT n, word, doc, x FROM public.rows', refreshMode: 'FULL' });
  await pgstream.create({ name: 'exact', query: 'SELECT n, word, doc FROM public.exact_rows', refreshMode: 'FULL' });
  for (const table of ['public.shown', 'public.exact']) await takeRowsWithoutId(admin, table);
});

/** Few different values, so that many rows are equal. */
const exact = fc.tuple(
  fc.constantFrom('0', '1', null),
  fc.constantFrom('', 'a', 'A', '{}', "it's", null),
  fc.constantFrom('{"a": 1}', '{"a":1}', '[]', null),
);
/** Each a little aside of a whole number, or far from it. */
const floats = fc.constantFrom(
  '1',
  '1.0000000000001',
  '0.9999999999999',
  '1.5',
  '2',
  '-0',
  '0',
  'NaN',
  'Infinity',
  null,
);

type Cell = string | null;
type Rows = readonly (readonly Cell[])[];

const key = (row: readonly Cell[]): string => JSON.stringify(row);

/** For numbers that are near each other the same. */
const near = ([n, word, doc, x]: readonly Cell[]): string =>
  JSON.stringify([n, word, doc, x == null ? null : String(Number(Number(x).toFixed(6)) + 0)]);

/** What is left of one side's rows when each of the other's has taken an equal one away. */
function without(rows: Rows, others: Rows, keyOf: (row: readonly Cell[]) => string): number {
  const counts = new Map<string, number>();
  for (const row of rows) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) + 1);
  for (const row of others) counts.set(keyOf(row), (counts.get(keyOf(row)) ?? 0) - 1);
  return [...counts.values()].reduce((sum, count) => sum + Math.max(0, count), 0);
}

async function fill(table: string, columns: number, rows: Rows): Promise<void> {
  await admin.query(`DELETE FROM ${table}`);
  if (rows.length === 0) return;
  const names = ['n', 'word', 'doc', 'x'].slice(0, columns);
  const types = ['int', 'text', 'json', 'float8'].slice(0, columns);
  await admin.query(
    `INSERT INTO ${table} (${names.join(', ')}) SELECT ${names.map((name, index) => `(r ->> ${index})::${types[index]} AS ${name}`).join(', ')}
     FROM json_array_elements($1) r`,
    [JSON.stringify(rows)],
  );
}

async function counted(table: StreamTable, source: string, stored: string, query: Rows, shown: Rows) {
  const columns = source.includes('exact') ? 3 : 4;
  await admin.query('SET session_replication_role = replica');
  await fill(source, columns, query);
  await fill(stored, columns, shown);
  const result = await table.verify({ sample: 100 });
  if (result.status === 'undecidable') throw new Error(result.message);
  const { missing, surplus } = result.status === 'different' ? result : { missing: undefined, surplus: undefined };
  for (const difference of [missing, surplus]) {
    const copies = difference?.sample.reduce((sum, each) => sum + each.copies, 0);
    expect(copies).toBe(difference?.count);
  }
  return { rows: result.rows, missing: missing?.count ?? 0, surplus: surplus?.count ?? 0 };
}

it('random multisets of rows without floats differ by exactly what they differ by', async () => {
  const table = pooled(db.url).pgstream.table('exact');
  const rows = fc.array(exact, { maxLength: 40 });
  await fc.assert(
    fc.asyncProperty(rows, rows, async (query, shown) => {
      expect(await counted(table, 'public.exact_rows', 'public.exact', query, shown)).toEqual({
        rows: { query: query.length, table: shown.length },
        missing: without(query, shown, key),
        surplus: without(shown, query, key),
      });
    }),
    { numRuns: 60 },
  );
});

it('random multisets of rows with floats differ by what is not near', async () => {
  const table = pooled(db.url).pgstream.table('shown');
  const rows = fc.array(
    fc.tuple(exact, floats).map(([others, x]) => [...others, x]),
    { maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(rows, rows, async (query, shown) => {
      expect(await counted(table, 'public.rows', 'public.shown', query, shown)).toEqual({
        rows: { query: query.length, table: shown.length },
        missing: without(query, shown, near),
        surplus: without(shown, query, near),
      });
    }),
    { numRuns: 60 },
  );
});

it('random damage to a stream table is counted row by row', async () => {
  const table = pooled(db.url).pgstream.table('exact');
  const rows = fc.uniqueArray(fc.tuple(fc.integer().map(String), fc.constant('a'), fc.constant(null)), {
    minLength: 1,
    maxLength: 60,
    selector: ([n]) => n,
  });
  const damage = fc.array(fc.constantFrom('kept', 'lost', 'doubled', 'changed'), { minLength: 60, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(rows, damage, async (query, done) => {
      const shown = query.flatMap(([n, word, doc], index) => {
        if (done[index] === 'lost') return [];
        if (done[index] === 'changed') return [[n, 'changed', doc]];
        return done[index] === 'doubled'
          ? [
              [n, word, doc],
              [n, word, doc],
            ]
          : [[n, word, doc]];
      });
      const times = (what: string): number => done.slice(0, query.length).filter((each) => each === what).length;
      expect(await counted(table, 'public.exact_rows', 'public.exact', query, shown)).toEqual({
        rows: { query: query.length, table: shown.length },
        missing: times('lost') + times('changed'),
        surplus: times('doubled') + times('changed'),
      });
    }),
    { numRuns: 40 },
  );
});
