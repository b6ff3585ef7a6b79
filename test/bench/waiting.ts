import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createPgStream, type Lsn, type PgStream } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { Pool, type Client } from 'pg';

const STREAM_TABLES = 50;
const WAITERS = 1_000;
const CONNECTIONS = 10;
const SECONDS = 5;
/** What is waited for: no older than that. Nothing is refreshed for an hour before. */
const BOUND_MS = 60_000;
/** How often each of those asks who ask by themselves, in milliseconds. */
const LOOP_MS = 250;

/** What waiting costs the server. */
export interface Waited {
  readonly name: string;
  readonly statementsPerSecond: number;
  /** The same, for each stream table that is waited for. */
  readonly perStreamTable: number;
  /** From the end of the last refresh until the last waiter knows, in milliseconds. */
  readonly knownAfterMs: number;
}

/** 1,000 who wait for 50 stream tables: each by a loop of its own, and by waitUntilFresh() of an age and of a write. */
export async function measureWaiters(client: Client, url: string): Promise<Waited[]> {
  const pool = new Pool({ connectionString: url, max: CONNECTIONS });
  try {
    const names = await createStreamTables(client);
    const refreshing = createPgStream(fromPg(client));
    let statements = 0;
    const executor = fromPg(pool);
    const pgstream = createPgStream({
      ...executor,
      query(text, params) {
        statements += 1;
        return executor.query(text, params);
      },
    });
    const forms: Readonly<Record<string, (name: string, since: Lsn) => Promise<unknown>>> = {
      'a loop of isStale() each': (name) => loop(pgstream, name),
      'waitUntilFresh({ maxAgeMs })': (name) => pgstream.table(name).waitUntilFresh({ maxAgeMs: BOUND_MS }),
      'waitUntilFresh({ since })': (name, since) => pgstream.table(name).waitUntilFresh({ since }),
    };
    const measured: Waited[] = [];
    for (const [name, wait] of Object.entries(forms)) {
      // So old that it is older than the bound until it is refreshed.
      await client.query(
        `UPDATE pgstream.pgs_stream_tables SET last_refresh_at = now() - interval '1 hour', data_timestamp = now() - interval '1 hour'`,
      );
      await client.query('INSERT INTO orders (customer_id, amount) VALUES (1, 1)');
      const since = await refreshing.currentLsn();
      const waits = Array.from({ length: WAITERS }, (_, index) => wait(names[index % STREAM_TABLES]!, since));
      const all = Promise.all(waits);
      await pause(500);
      statements = 0;
      await pause(SECONDS * 1_000);
      const statementsPerSecond = statements / SECONDS;
      for (const table of names) await refreshing.table(table).refresh();
      const refreshed = performance.now();
      await all;
      const knownAfterMs = performance.now() - refreshed;
      measured.push({ name, statementsPerSecond, perStreamTable: statementsPerSecond / STREAM_TABLES, knownAfterMs });
    }
    return measured;
  } finally {
    await pool.end();
  }
}

async function loop(pgstream: PgStream, name: string): Promise<void> {
  while (await pgstream.table(name).isStale({ maxAgeMs: BOUND_MS })) await pause(LOOP_MS);
}

async function createStreamTables(client: Client): Promise<string[]> {
  await client.query('CREATE TABLE orders (id serial PRIMARY KEY, customer_id int, amount numeric)');
  const pgstream = createPgStream(fromPg(client));
  const query = 'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id';
  const names = Array.from({ length: STREAM_TABLES }, (_, serial) => `totals_${serial}`);
  for (const name of names) {
    const table = await pgstream.create({ name, query, schedule: '5m' });
    await table.refresh();
  }
  return names;
}

/** What waits leave behind. */
export interface Left {
  readonly name: string;
  /** More megabytes that the process holds afterwards. */
  readonly megabytes: number;
}

/** How much more memory the process holds after many waits: a thousand at a time, that end in each way that there is. */
export async function measureWaitMemory(url: string): Promise<Left[]> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = (): number => {
    collect();
    return process.memoryUsage().heapUsed / 1_000_000;
  };
  const pool = new Pool({ connectionString: url, max: CONNECTIONS });
  const pgstream = createPgStream(fromPg(pool));
  const wait = async (index: number): Promise<void> => {
    const table = pgstream.table(`totals_${index % STREAM_TABLES}`);
    if (index % 3 === 0) await table.waitUntilFresh({ maxAgeMs: 3_600_000 });
    const controller = new AbortController();
    const { signal } = controller;
    const ended = table.waitUntilFresh({ maxAgeMs: 0, timeoutMs: 1 + (index % 50), signal }).catch(() => {});
    if (index % 3 === 1) controller.abort();
    await ended;
  };
  try {
    await waitsOf(1_000, wait);
    const before = held();
    const left: Left[] = [];
    let waits = 0;
    for (const until of [10_000, 50_000, 100_000]) {
      for (; waits < until; waits += 1_000) await waitsOf(1_000, wait);
      left.push({ name: `${until} waits`, megabytes: held() - before });
    }
    return left;
  } finally {
    await pool.end();
  }
}

async function waitsOf(count: number, wait: (index: number) => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, (_, index) => wait(index)));
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
