import { onEmulator, testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { Pool } from 'pg';
import { expect, it } from 'vitest';
import { createPgStream, isPgStreamError, type RefreshResult } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { advisoryLocks, createSource, expectEqualToQuery, totalsOf } from './scene.ts';

/**
 * Writers and refreshers together, on whatever server the run has: PGSTREAM_TEST_URL names another one. Seconds, by
 * PGSTREAM_LOAD_SECONDS: 3 by default, 60 to prove something. A later refresh of the emulator
 * heals what the original loses for good, so only a real server's result proves that nothing is lost.
 */
const SECONDS = Number(process.env['PGSTREAM_LOAD_SECONDS'] ?? 3);
const WRITERS = 6;
const REFRESHERS = 3;
const REFRESHING_TRANSACTIONS = 2;

const db = testDatabase();

const SOURCES = ['a', 'b', 'c'].map((name) => `public.source_${name}`);
const WITNESSED = 'public.source_w';
const [A, B, C] = SOURCES as [string, string, string];

/** What 0.1.1 maintains rightly (contract A.10), and FULL. */
const TABLES = [
  { name: 'totals_a', query: totalsOf(A) },
  { name: 'totals_b', query: totalsOf(B) },
  { name: 'rows_of_c', query: `SELECT id, customer_id, amount FROM ${C} WHERE amount > 10` },
  {
    name: 'both',
    query: `SELECT 'a' AS source, id, amount FROM ${A} UNION ALL SELECT 'b' AS source, id, amount FROM ${B}`,
  },
  { name: 'witnessed', query: totalsOf(WITNESSED) },
  { name: 'joined', query: `SELECT a.id, a.amount AS x, c.amount AS y FROM ${A} a JOIN ${C} c USING (id)`, full: true },
] as const;

it(
  `loses nothing, locks nothing and deadlocks with nobody in ${SECONDS} s of writes and refreshes`,
  async () => {
    const admin = await db.connect();
    for (const source of [...SOURCES, WITNESSED]) await createSource(admin, source);
    const setUp = createPgStream(fromPg(admin));
    for (const table of TABLES) {
      const refreshMode = 'full' in table ? 'FULL' : 'DIFFERENTIAL';
      await (await setUp.create({ name: table.name, query: table.query, refreshMode })).refresh();
    }
    const deadlocksBefore = await deadlocks(admin);

    const pool = new Pool({ connectionString: db.url, max: REFRESHERS });
    const until = performance.now() + SECONDS * 1000;
    try {
      const [written, refreshed, inside, missing] = await Promise.all([
        Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer, until))),
        Promise.all(Array.from({ length: REFRESHERS }, (_, first) => refresh(pool, first, until))),
        Promise.all(Array.from({ length: REFRESHING_TRANSACTIONS }, (_, first) => refreshInside(first, until))),
        witness(until),
      ]);
      report(written.flat(), refreshed.flat(), inside.flat());
      expect(missing).toEqual([]);
      expect(refreshed.flat()).toContain('refreshed');
      expect(inside.flat()).toContain('refreshed');
    } finally {
      await pool.end();
    }

    for (const { name } of TABLES) await setUp.table(name).refresh();
    for (const { name, query } of TABLES) await expectEqualToQuery(admin, { name: { schema: 'public', name }, query });
    expect(await advisoryLocks(admin)).toEqual([]);
    expect(await deadlocks(admin)).toBe(deadlocksBefore);
  },
  (SECONDS + 60) * 1000,
);

/** Inserts, updates and deletes rows of its own, one by one and in transactions over two sources; milliseconds of each. */
async function write(writer: number, until: number): Promise<number[]> {
  const client = await db.connect();
  const customer = 100 + writer;
  const took: number[] = [];
  const timed = async (sql: string): Promise<void> => {
    const since = performance.now();
    await client.query(sql);
    took.push(performance.now() - since);
  };
  for (let turn = 0; performance.now() < until; turn += 1) {
    const source = SOURCES[turn % SOURCES.length] as string;
    const next = SOURCES[(turn + 1 + writer) % SOURCES.length] as string;
    const amount = (turn * 7) % 40;
    await timed(`INSERT INTO ${source} (customer_id, amount) VALUES (${customer}, ${amount})`);
    await timed(`UPDATE ${source} SET amount = amount + 1 WHERE customer_id = ${customer} AND id % 3 = ${turn % 3}`);
    if (turn % 2 === 0) {
      await client.query('BEGIN');
      await timed(`INSERT INTO ${source} (customer_id, amount) VALUES (${customer}, ${amount})`);
      await timed(`INSERT INTO ${next} (customer_id, amount) VALUES (${customer}, ${amount})`);
      await client.query(turn % 8 === 0 ? 'ROLLBACK' : 'COMMIT');
    }
    if (turn % 3 === 0) await timed(`DELETE FROM ${source} WHERE customer_id = ${customer} AND id % 5 = 0`);
  }
  return took;
}

/**
 * Alone on a source, so that no later change brings a lost one back: is open for a while, commits, refreshes, and looks
 * for its change. Meanwhile the stream table is refreshed by the others. Gives the changes that were not there.
 */
async function witness(until: number): Promise<number[]> {
  const client = await db.connect();
  const table = createPgStream(fromPg(client)).table('witnessed');
  const missing: number[] = [];
  for (let customer = 1000; performance.now() < until; customer += 1) {
    await client.query('BEGIN');
    await client.query(`INSERT INTO ${WITNESSED} (customer_id, amount) VALUES (${customer}, 1)`);
    await client.query('SELECT pg_sleep(0.03)');
    await client.query('COMMIT');
    await table.refresh({ ifBusy: 'wait', lockTimeoutMs: 30_000 });
    const { rowCount } = await client.query(`SELECT FROM public.witnessed WHERE customer_id = ${customer}`);
    if (rowCount !== 1) missing.push(customer);
  }
  return missing;
}

/** Outside a transaction, one stream table after the other, each as soon as the last is done. */
async function refresh(pool: Pool, first: number, until: number): Promise<string[]> {
  const pgstream = createPgStream(fromPg(pool));
  const outcomes: string[] = [];
  for (let turn = first; performance.now() < until; turn += 1) {
    const { name } = TABLES[turn % TABLES.length] as (typeof TABLES)[number];
    outcomes.push(await outcomeOf(pgstream.table(name).refresh({ ifBusy: 'skip' })));
  }
  return outcomes;
}

/** In a transaction that wrote first, and goes on to commit when the refresh was refused. */
async function refreshInside(first: number, until: number): Promise<string[]> {
  const client = await db.connect();
  const pgstream = createPgStream(fromPg(client));
  const outcomes: string[] = [];
  for (let turn = first; performance.now() < until; turn += 1) {
    const { name } = TABLES[turn % TABLES.length] as (typeof TABLES)[number];
    const source = SOURCES[turn % SOURCES.length] as string;
    await client.query('BEGIN');
    await client.query(`INSERT INTO ${source} (customer_id, amount) VALUES (${200 + first}, 20)`);
    outcomes.push(await outcomeOf(pgstream.table(name).refresh()));
    await client.query('COMMIT');
  }
  return outcomes;
}

/** Somebody was in the way: that is what the load is for. Anything else is a failure. */
async function outcomeOf(refreshed: Promise<RefreshResult>): Promise<string> {
  try {
    return (await refreshed).status;
  } catch (error) {
    if (isPgStreamError(error) && (error.sqlState === '55P03' || error.code === 'REFRESH_BUSY')) return error.code;
    throw error;
  }
}

/** As the server counts them in this database, for whoever was the victim. */
async function deadlocks(admin: Client): Promise<string> {
  await admin.query('SELECT pg_stat_force_next_flush()');
  const { rows } = await admin.query<{ deadlocks: string }>(
    'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
  );
  return rows[0]?.deadlocks ?? '';
}

function counts(outcomes: readonly string[]): string {
  return [...new Set(outcomes)]
    .map((outcome) => `${outcome} ${outcomes.filter((one) => one === outcome).length}`)
    .join(', ');
}

function report(writes: readonly number[], outside: readonly string[], inside: readonly string[]): void {
  const sorted = writes.toSorted((one, other) => one - other);
  const percentile = (share: number): string => (sorted[Math.floor(share * sorted.length)] ?? Number.NaN).toFixed(1);
  console.info(
    [
      `${SECONDS} s on ${onEmulator ? 'the emulator' : 'a real server'}: ${writes.length} writes, p50 ${percentile(0.5)} ms, p99 ${percentile(0.99)} ms`,
      `refreshes outside transactions: ${counts(outside)}; inside: ${counts(inside)}`,
    ].join('\n'),
  );
}
