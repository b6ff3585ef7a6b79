import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { createPgStream, PgStream } from '@pgstream/core';
import type { fromPg } from '@pgstream/core/pg';
import type { Emulator } from '@pgstream/emulator';
import { Client, Pool } from 'pg';

import { shuffled } from './interleaved.ts';

/** 12 s of each, in slices that take turns. */
const SLICES = 4;
const SLICE_MS = 3_000;
const WRITERS = 8;
const REFRESHERS = 5;
const REFRESHING_TRANSACTIONS = 4;

const SOURCES = ['a', 'b', 'c'].map((name) => `public.source_${name}`);
const totalsOf = (source: string): string =>
  `SELECT customer_id, sum(amount) AS total, count(*) AS n FROM ${source} GROUP BY customer_id`;
const TABLES = [
  ...SOURCES.map((source) => ({ name: source.replace('public.source', 'totals'), query: totalsOf(source) })),
  { name: 'large_of_c', query: `SELECT id, customer_id, amount FROM public.source_c WHERE amount > 10` },
  {
    name: 'both',
    query: `SELECT 'a' AS source, id, amount FROM public.source_a UNION ALL SELECT 'b' AS source, id, amount FROM public.source_b`,
  },
] as const;

/** A build of @pgstream/core. */
export interface Build {
  readonly name: 'before' | 'now';
  readonly createPgStream: typeof createPgStream;
  readonly fromPg: typeof fromPg;
  /** Of its entry, for another process. */
  entry(name: 'index' | 'pg'): string;
}

/** This build, and the one of another checkout, if one was named. */
export async function buildsOf(before: string | undefined): Promise<Build[]> {
  const roots = { ...(before !== undefined && { before }), now: resolve(import.meta.dirname, '../..') };
  return await Promise.all(
    Object.entries(roots).map(async ([name, root]): Promise<Build> => {
      const entry = (of: string): string => pathToFileURL(join(root, 'packages/core/dist', `${of}.mjs`)).href;
      const { createPgStream: create } = (await import(entry('index'))) as Pick<Build, 'createPgStream'>;
      const { fromPg: from } = (await import(entry('pg'))) as Pick<Build, 'fromPg'>;
      return { name: name as Build['name'], createPgStream: create, fromPg: from, entry };
    }),
  );
}

/** What writers, refreshers and refreshing transactions came to that ran together. */
export interface HotMeasurement {
  readonly name: string;
  readonly writesPerSecond: number;
  /** Of a write: it waits for the refreshes of what it writes to. */
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly refreshes: number;
  /** Calls that another's refresh was enough for. */
  readonly shared: number;
  /** Calls that were refused, because others were in the way. */
  readonly refused: number;
  readonly refreshesInTransactions: number;
  /** Rows of stream tables that differ from what their queries say, when all is over. */
  readonly rowsLost: number;
  readonly rounds: number;
}

/** What one slice, or all of them, came to. */
interface Seen {
  readonly took: number[];
  ms: number;
  refreshes: number;
  shared: number;
  refused: number;
  refreshesInTransactions: number;
}

/** Writers beside refreshers that refresh again as soon as they are answered, with and without refreshing transactions. */
export async function measureHot(server: Emulator, builds: readonly Build[]): Promise<HotMeasurement[]> {
  const measured: HotMeasurement[] = [];
  for (const transactions of [REFRESHING_TRANSACTIONS, 0]) {
    const scenes = await Promise.all(builds.map((build) => openScene(server, build)));
    for (let slice = 0; slice < SLICES; slice += 1) {
      for (const scene of shuffled(scenes)) await runSlice(scene, transactions);
    }
    for (const { build, seen, rowsLost, close } of scenes) {
      const sorted = seen.took.toSorted((one, other) => one - other);
      const percentile = (share: number): number => sorted[Math.floor(share * sorted.length)] ?? Number.NaN;
      const { ms, took, ...counts } = seen;
      measured.push({
        name: `${build.name}, ${transactions === 0 ? 'no' : String(transactions)} refreshing transactions`,
        writesPerSecond: took.length / (ms / 1000),
        p50Ms: percentile(0.5),
        p99Ms: percentile(0.99),
        ...counts,
        rowsLost: await rowsLost(),
        rounds: SLICES,
      });
      await close();
    }
  }
  return measured;
}

interface Scene {
  readonly build: Build;
  readonly url: string;
  readonly seen: Seen;
  rowsLost(): Promise<number>;
  close(): Promise<void>;
}

async function openScene(server: Emulator, build: Build): Promise<Scene> {
  const url = await server.createDatabase();
  const admin = new Client({ connectionString: url });
  await admin.connect();
  const pgstream = build.createPgStream(build.fromPg(admin));
  for (const source of SOURCES) {
    await admin.query(`CREATE TABLE ${source} (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id int NOT NULL, amount int NOT NULL);
      INSERT INTO ${source} (customer_id, amount) SELECT n % 100, n % 40 FROM generate_series(1, 1000) n`);
  }
  for (const { name, query } of TABLES) await (await pgstream.create({ name, query })).refresh();
  return {
    build,
    url,
    seen: { took: [], ms: 0, refreshes: 0, shared: 0, refused: 0, refreshesInTransactions: 0 },
    async rowsLost() {
      let lost = 0;
      for (const { name, query } of TABLES) {
        await pgstream.table(name).refresh();
        const visible = (await pgstream.columns(name)).map(({ name: column }) => `"${column}"`).join(', ');
        const stored = `SELECT ${visible} FROM public.${name}`;
        const { rows } = await admin.query<{ n: number }>(`WITH asked AS (${query}), stored AS (${stored})
          SELECT count(*)::int AS n
          FROM ((TABLE asked EXCEPT ALL TABLE stored) UNION ALL (TABLE stored EXCEPT ALL TABLE asked)) other`);
        lost += rows[0]?.n ?? Number.NaN;
      }
      return lost;
    },
    close: () => admin.end(),
  };
}

async function runSlice({ build, url, seen }: Scene, transactions: number): Promise<void> {
  const began = performance.now();
  const until = began + SLICE_MS;
  const processes = Array.from({ length: REFRESHERS }, () => new Pool({ connectionString: url, max: 1 }));
  const clients = await Promise.all(
    Array.from({ length: WRITERS + transactions }, async () => {
      const client = new Client({ connectionString: url });
      await client.connect();
      return client;
    }),
  );
  await Promise.all([
    ...clients.slice(0, WRITERS).map((client, writer) => write(client, writer, until, seen)),
    ...processes.map((pool, first) => refresh(build.createPgStream(build.fromPg(pool)), first, until, seen)),
    ...clients
      .slice(WRITERS)
      .map((client, first) => refreshInside(client, build.createPgStream(build.fromPg(client)), first, until, seen)),
  ]);
  seen.ms += performance.now() - began;
  await Promise.all([...processes, ...clients].map((each) => each.end()));
}

/** One statement after the other, on each source in turn; as many rows go as come. */
async function write(client: Client, writer: number, until: number, { took }: Seen): Promise<void> {
  for (let turn = writer; performance.now() < until; turn += 1) {
    const source = SOURCES[turn % SOURCES.length] as string;
    const statement = [
      `INSERT INTO ${source} (customer_id, amount) VALUES (${writer}, ${turn % 40})`,
      `UPDATE ${source} SET amount = amount + 1 WHERE id = ${1 + ((turn * 37) % 1000)}`,
      `DELETE FROM ${source} WHERE id = (SELECT max(id) FROM ${source} WHERE customer_id = ${writer} AND id > 1000)`,
    ][Math.floor(turn / SOURCES.length) % 3] as string;
    const since = performance.now();
    await client.query(statement);
    took.push(performance.now() - since);
  }
}

/** Its own process, as far as the server is concerned: it shares no pool. */
async function refresh(pgstream: PgStream, first: number, until: number, seen: Seen): Promise<void> {
  for (let turn = first; performance.now() < until; turn += 1) {
    const { name } = TABLES[turn % TABLES.length] as (typeof TABLES)[number];
    try {
      const { shared } = await pgstream.table(name).refresh({ ifBusy: 'wait' });
      seen[shared ? 'shared' : 'refreshes'] += 1;
    } catch (error) {
      refusedOr(error, seen);
    }
  }
}

async function refreshInside(
  client: Client,
  pgstream: PgStream,
  first: number,
  until: number,
  seen: Seen,
): Promise<void> {
  for (let turn = first; performance.now() < until; turn += 1) {
    const { name } = TABLES[turn % TABLES.length] as (typeof TABLES)[number];
    await client.query('BEGIN');
    await client.query(`UPDATE ${SOURCES[turn % SOURCES.length]} SET amount = amount + 1 WHERE id = ${1 + first}`);
    try {
      await pgstream.table(name).refresh();
      seen.refreshesInTransactions += 1;
    } catch (error) {
      refusedOr(error, seen);
    }
    await client.query('COMMIT');
  }
}

/** Somebody was in the way; anything else ends the run. */
function refusedOr(error: unknown, seen: Seen): void {
  const { code, sqlState } = error as { code?: string; sqlState?: string };
  if (code !== 'REFRESH_BUSY' && code !== 'SOURCES_BUSY' && sqlState !== '55P03') throw error;
  seen.refused += 1;
}
