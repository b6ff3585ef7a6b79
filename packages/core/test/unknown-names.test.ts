import { testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  createPgStream,
  type PgStream,
  type StreamTable,
  StreamTableNotFoundError,
  type StreamTableName,
} from '../src/index.ts';
import { fromPg } from '../src/pg.ts';
import { recording } from './recording.ts';

const db = testDatabase();
let admin: Client;
let pgstream: PgStream;

beforeAll(async () => {
  admin = await db.connect();
  pgstream = createPgStream(fromPg(admin));
  await admin.query('CREATE TABLE public.t (id int PRIMARY KEY); CREATE SCHEMA "a.b"');
});

const calls: [method: string, call: (table: StreamTable) => Promise<unknown>][] = [
  ['isStale()', (table) => table.isStale()],
  ['isStale({ maxAgeMs })', (table) => table.isStale({ maxAgeMs: 1 })],
  ['lastRefreshAt()', (table) => table.lastRefreshAt()],
  ['stalenessMs()', (table) => table.stalenessMs()],
  ['status()', (table) => table.status()],
  ['history()', (table) => table.history()],
  ['explain()', (table) => table.explain()],
  ['alter()', (table) => table.alter({ schedule: '5m' })],
  ['suspend()', (table) => table.suspend()],
  ['resume()', (table) => table.resume()],
  ['drop()', (table) => table.drop()],
  ['columns()', (table) => pgstream.columns(table.name)],
];

const names: StreamTableName[] = [
  'nope',
  't',
  'public.t',
  'Weird Name',
  "x'); drop table t; --",
  '"; drop table t; --',
  '$1',
  '%s\\',
  'n'.repeat(100),
  { schema: "x'); drop table t; --", name: 't' },
  { schema: 'Weird "Schema"', name: 't' },
];

describe.each(calls)('%s', (_, call) => {
  it.each(names.map((name) => [name]))('says that %j is not there, and executes nothing of it', async (name) => {
    const refusal = call(pgstream.table(name));
    await expect(refusal).rejects.toBeInstanceOf(StreamTableNotFoundError);
    await expect(refusal).rejects.toMatchObject({ code: 'NOT_FOUND', ...qualified(name) });
    const { rows } = await admin.query(`SELECT to_regclass('public.t') IS NOT NULL AS there`);
    expect(rows).toStrictEqual([{ there: true }]);
  });
});

function qualified(name: StreamTableName): { schema: string; table: string } {
  return typeof name === 'string'
    ? { schema: 'public', table: name }
    : { schema: name.schema ?? 'public', table: name.name };
}

it.each(names.map((name) => [name]))('exists() is false for %j', async (name) => {
  expect(await pgstream.table(name).exists()).toBe(false);
});

describe('create()', () => {
  it.each([
    "x'); drop table t; --",
    'Weird Name',
    '"Weird Name"',
    'Mixed',
    'a.b',
    '',
    'n'.repeat(64),
    { schema: "x'); drop table t; --", name: 'u' },
  ])('refuses %j before anything is sent', async (name) => {
    const executor = recording(fromPg(admin));
    const refused = createPgStream(executor).create({ name, query: 'SELECT id FROM public.t' });
    await expect(refused).rejects.toMatchObject({ code: 'INVALID_NAME' });
    expect(executor.sent).toStrictEqual([]);
  });
});

describe('a schema with a dot in its name', () => {
  const name = { schema: 'a.b', name: 'c' };

  it('can be asked about, because names are bound', async () => {
    await expect(pgstream.table(name).status()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each(calls.filter(([method]) => /^(?:explain|alter|suspend|resume|drop)/.test(method)))(
    'is refused by %s, because the function would split it',
    async (_, call) => {
      await expect(call(pgstream.table(name))).rejects.toMatchObject({
        code: 'INVALID_NAME',
        schema: 'a.b',
        table: 'c',
      });
    },
  );
});
