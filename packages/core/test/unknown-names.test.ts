import { extension, testDatabase } from '@pgstream/harness';
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

/** What a function that splits a name at its first dot, and folds its letters, cannot be told. */
const needQuotes = [
  "x'); drop table t; --",
  'Weird Name',
  '"Weird Name"',
  'Mixed',
  'a.b',
  { schema: 'a.b', name: 'c' },
  { schema: 'a.b', name: 'Weird "Name"' },
] as const satisfies StreamTableName[];

describe('create()', () => {
  it.each<StreamTableName>(['', 'n'.repeat(64), ...(extension.readsQuotedNames ? [] : needQuotes)])(
    'refuses %j before anything is sent',
    async (name) => {
      const executor = recording(fromPg(admin));
      const refused = createPgStream(executor).create({ name, query: 'SELECT id FROM public.t' });
      await expect(refused).rejects.toMatchObject({ code: 'INVALID_NAME' });
      expect(executor.sent).toStrictEqual([]);
    },
  );
});

describe.runIf(extension.readsQuotedNames)('a name that has to be quoted (pg_trickle from 0.108 on)', () => {
  it.each(needQuotes)('is taken as it is by every call: %j', async (name) => {
    const table = await pgstream.create({ name, query: 'SELECT id FROM public.t', schedule: '5m' });
    expect(table.name).toStrictEqual(typeof name === 'string' ? { schema: 'public', name } : name);
    await table.alter({ schedule: '7m' });
    await table.suspend();
    await table.resume();
    await table.refresh();
    expect(await table.status()).toMatchObject({ status: 'ACTIVE', schedule: { text: '7m' } });
    expect(await pgstream.columns(name)).toMatchObject([{ name: 'id' }]);
    expect(await table.explain()).toMatchObject({ isDifferentiable: true });
    await table.drop();
    expect(await table.exists()).toBe(false);
  });
});

describe('a schema with a dot in its name', () => {
  const name = { schema: 'a.b', name: 'c' };

  it('can be asked about, because names are bound', async () => {
    await expect(pgstream.table(name).status()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each(calls.filter(([method]) => /^(?:explain|alter|suspend|resume|drop)/.test(method)))(
    `is ${extension.readsQuotedNames ? 'found empty' : 'refused, because the function would split it,'} by %s`,
    async (_, call) => {
      await expect(call(pgstream.table(name))).rejects.toMatchObject({
        code: extension.readsQuotedNames ? 'NOT_FOUND' : 'INVALID_NAME',
        schema: 'a.b',
        table: 'c',
      });
    },
  );
});
