import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asModule, blocksOf, compilerErrors, inItsNames, onPgTrickle, testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createPgStream, type PgStream, type PgStreamEvents, type StreamTableWatcher } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { createOrders, TOTALS } from '../orders.ts';

const PACKAGE = join(import.meta.dirname, '../..');
const ENTRIES = { '@pgstream/core': 'src/index.ts', '@pgstream/core/pg': 'src/pg.ts' };

/** What the README leaves out, by where it comes from. */
const IMPORTS = {
  pg: ['Client'],
  '@pgstream/core/pg': ['listenWithPg'],
  './database': ['cache', 'connectionString', 'pgstream'],
};

/** What an application has. */
const DATABASE = `
import { createPgStream } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { Pool } from 'pg';
export const connectionString = process.env['DATABASE_URL']!;
export const pool = new Pool({ connectionString });
export const pgstream = createPgStream(fromPg(pool));
export const cache = new Map<string, string>();
`;

const blocks = blocksOf(join(PACKAGE, 'README.md')).filter(({ section }) => section === 'Listen and watch');
const [events = '', watch = ''] = blocks.filter(({ file }) => file === undefined).map(({ code }) => code);
const cacheFile = blocks.find(({ file }) => file === 'order-totals-cache.ts')?.code ?? '';

const db = testDatabase();
const soon = { timeout: 20_000, interval: 5 };
let admin: Client;
let pgstream: PgStream;
let folder: string;
const load = async <Module>(name: string): Promise<Module> => (await import(join(folder, name))) as Module;

beforeAll(async () => {
  admin = await db.connect();
  await createOrders(admin);
  pgstream = createPgStream(fromPg(admin));
  await pgstream.create({ name: 'order_totals', query: TOTALS, refreshMode: 'FULL' });
  vi.stubEnv('DATABASE_URL', db.url);
  folder = await mkdtemp(join(import.meta.dirname, 'run-'));
  const files = {
    'database.ts': DATABASE,
    'events.ts': `${asModule(events, IMPORTS)}export { events, log };`,
    'watch.ts': `${asModule(watch, IMPORTS)}export { watcher };`,
    'order-totals-cache.ts': cacheFile,
  };
  for (const [name, code] of Object.entries(files)) await writeFile(join(folder, name), code);
});

afterAll(async () => {
  const { pool } = await load<{ pool: { end(): Promise<void> } }>('database.ts');
  await pool.end();
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true });
});

it('the examples compile in a project of a user', async () => {
  expect(await compilerErrors(folder, PACKAGE, ENTRIES)).toBe('');
});

it('the events of the README are heard, and a cache is emptied', async () => {
  const example = await load<{ events: PgStreamEvents; log(): Promise<void> }>('events.ts');
  const { cache } = await load<{ cache: Map<string, string> }>('database.ts');
  cache.set('order_totals', 'old');
  const logged = vi.spyOn(console, 'log').mockImplementation(() => {});
  const complained = vi.spyOn(console, 'error').mockImplementation(() => {});
  const logging = example.log();
  const prefix = onPgTrickle ? 'pgt' : 'pgs';
  const told = { [`${prefix}_schema`]: 'public', [`${prefix}_name`]: 'order_totals' };
  for (const event of [
    { event: 'refresh_failed', error: 'no room' },
    { event: 'refresh_completed', action: 'FULL' },
  ]) {
    await admin.query('SELECT pg_notify($1, $2)', [
      inItsNames('pg_stream_alert'),
      JSON.stringify({ ...event, ...told }),
    ]);
  }
  await expect.poll(() => cache.size, soon).toBe(0);
  await example.events.close();
  await logging;
  expect(complained.mock.calls).toStrictEqual([['order_totals was not refreshed: no room']]);
  expect(logged.mock.calls.map(([kind]) => kind as unknown)).toStrictEqual(['refresh_failed', 'refresh_completed']);
  vi.restoreAllMocks();
});

it('the watcher of the README answers', async () => {
  const logged = vi.spyOn(console, 'log').mockImplementation(() => {});
  const { watcher } = await load<{ watcher: StreamTableWatcher }>('watch.ts');
  expect(logged.mock.calls).toStrictEqual([[expect.any(Date), expect.any(Number)]]);
  await watcher.close();
  vi.restoreAllMocks();
});

it('the cache of the README is right after a refresh that somebody calls', async () => {
  const { totalOf, close } = await load<{ totalOf(id: number): Promise<string | null>; close(): Promise<void> }>(
    'order-totals-cache.ts',
  );
  const before = await totalOf(1);
  await admin.query('UPDATE public.orders SET amount = amount + 1 WHERE customer_id = 1 AND id = 1');
  expect(await totalOf(1)).toBe(before);
  await pgstream.table('order_totals').refresh();
  await expect.poll(() => totalOf(1), soon).toBe((Number(before) + 1).toFixed(2));
  await close();
});
