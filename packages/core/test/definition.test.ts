import { extension, onPgTrickle, testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createPgStream, type PgStream, type StreamTableChanges, type StreamTableDefinition } from '../src/index.ts';
import { fromPg } from '../src/pg.ts';
import { createOrders, TOTALS } from './orders.ts';
import { recording } from './recording.ts';

const db = testDatabase();
let admin: Client;
let pgstream: PgStream;

/** Each test works in a transaction of its own, which the extension's functions are part of. */
beforeAll(async () => {
  admin = await db.connect();
  await createOrders(admin);
  await admin.query('CREATE SCHEMA app; CREATE TABLE public.taken (id int)');
});

beforeEach(async () => {
  pgstream = createPgStream(fromPg(admin));
  // The least is a minute by default on pg_stream, and a second on pg_trickle.
  await admin.query('BEGIN; SET LOCAL pg_stream.min_schedule_seconds = 60');
  return () => admin.query('ROLLBACK');
});

describe('create()', () => {
  it('makes a filled, active, differential stream table refreshed each minute, and gives it', async () => {
    const table = await pgstream.create({ name: 'totals', query: TOTALS });
    expect(table.name).toStrictEqual({ schema: 'public', name: 'totals' });
    expect(await table.status()).toMatchObject({
      definingQuery: TOTALS,
      schedule: { text: '1m' },
      refreshMode: 'DIFFERENTIAL',
      status: 'ACTIVE',
      isPopulated: true,
    });
    const { rows } = await admin.query('SELECT customer_id, total::text FROM public.totals ORDER BY 1');
    expect(rows).toStrictEqual([
      { customer_id: 1, total: '15.50' },
      { customer_id: 2, total: '7.00' },
    ]);
  });

  it.each([
    [{ schedule: { everyMs: 120_000 } }, { schedule: { text: '120s', everyMs: 120_000 } }],
    [{ schedule: '*/5 * * * *' }, { schedule: { kind: 'cron', text: '*/5 * * * *' } }],
    [{ schedule: null }, { schedule: { kind: 'calculated', text: null } }],
    [{ refreshMode: 'FULL' }, { refreshMode: 'FULL', isPopulated: true }],
    [{ initialize: false }, { isPopulated: false, status: 'INITIALIZING' }],
    [{ name: { schema: 'app', name: 't' } }, { schema: 'app', name: 't' }],
  ] as [Partial<StreamTableDefinition>, object][])('with %j', async (options, expected) => {
    const table = await pgstream.create({ name: 't', query: 'SELECT id, amount FROM public.orders', ...options });
    expect(await table.status()).toMatchObject(expected);
  });

  it('puts a name without a schema into the default schema, whatever the search_path', async () => {
    await admin.query('SET LOCAL search_path = app');
    await pgstream.create({ name: 'here', query: 'SELECT id FROM public.orders' });
    await createPgStream(fromPg(admin), { defaultSchema: 'app' }).create({
      name: 'there',
      query: 'SELECT id FROM public.orders',
    });
    const listed = await pgstream.list();
    expect(listed.map(({ schema, name }) => `${schema}.${name}`)).toStrictEqual(['app.there', 'public.here']);
  });

  it.each<[Partial<StreamTableDefinition>, string]>([
    [{ query: 'SELECT id FROM public.orders;' }, 'UNSUPPORTED_QUERY'],
    [{ query: 'SELECT id FROM public.orders ; \n' }, 'UNSUPPORTED_QUERY'],
    [{ query: '  ' }, 'UNSUPPORTED_QUERY'],
    [{ query: 7 as unknown as string }, 'UNSUPPORTED_QUERY'],
    [{ schedule: '300' }, 'INVALID_SCHEDULE'],
    [{ schedule: 300 as unknown as string }, 'INVALID_SCHEDULE'],
    [{ refreshMode: 'INCREMENTAL' as 'FULL' }, 'INVALID_ARGUMENT'],
  ])('refuses %j before anything is sent', async (options, code) => {
    const executor = recording(fromPg(admin));
    const refused = createPgStream(executor).create({ name: 't', query: TOTALS, ...options });
    await expect(refused).rejects.toMatchObject({ code });
    expect(executor.sent).toStrictEqual([]);
  });

  it.each<[what: string, Partial<StreamTableDefinition>, string, sqlState: string]>([
    ['a duration below the least', { schedule: '59s' }, 'INVALID_SCHEDULE', extension.refusal('22023')],
    ['a cron field out of bounds', { schedule: '61 * * * *' }, 'INVALID_SCHEDULE', extension.refusal('22023')],
    ['no SELECT', { query: 'SELEC 1' }, 'UNSUPPORTED_QUERY', '42601'],
    ['a comment at the end', { query: 'SELECT id FROM public.orders -- c' }, 'UNSUPPORTED_QUERY', '42601'],
    ['an unknown source', { query: 'SELECT id FROM nosuch' }, 'UNSUPPORTED_QUERY', '42P01'],
    ['an unknown column', { query: 'SELECT nocol FROM public.orders' }, 'UNSUPPORTED_QUERY', '42703'],
    ['no source', { query: 'SELECT 1 AS one' }, 'UNSUPPORTED_QUERY', extension.refusal('42000')],
    ['LIMIT', { query: 'SELECT id FROM public.orders LIMIT 5' }, 'UNSUPPORTED_QUERY', extension.refusal('0A000')],
    [
      'a volatile function',
      { query: 'SELECT id, random() AS r FROM public.orders' },
      'UNSUPPORTED_QUERY',
      extension.refusal('0A000'),
    ],
    ['a parameter', { query: 'SELECT $1::int AS x FROM public.orders' }, 'UNSUPPORTED_QUERY', '42P02'],
    ['itself as a source', { query: 'SELECT id FROM public.t' }, 'UNSUPPORTED_QUERY', extension.refusal('42P01')],
    ['a plain table of that name', { name: 'taken', query: 'SELECT id FROM public.orders' }, 'ALREADY_EXISTS', '42P07'],
    ['an unknown schema', { name: { schema: 'nosuch', name: 't' } }, 'INVALID_NAME', '3F000'],
  ])('says why the server refuses %s', async (_, options, code, sqlState) => {
    const refused = pgstream.create({ name: 't', query: TOTALS, ...options });
    await expect(refused).rejects.toMatchObject({ code, sqlState, operation: 'create' });
  });

  const beyondAscii = `SELECT id AS "Ärger", 'größe' AS size FROM public.orders`;

  it.skipIf(onPgTrickle)('says what to write for letters beyond ASCII (pg_trickle takes them)', async () => {
    const refused = pgstream.create({ name: 'letters', query: beyondAscii });
    await expect(refused).rejects.toMatchObject({
      code: 'UNSUPPORTED_QUERY',
      sqlState: 'XX000',
      operation: 'create',
      message: expect.stringContaining(String.raw`U&"\00C4rger"`) as string,
    });
  });

  it.each([
    String.raw`SELECT id AS U&"\00C4rger", U&'gr\00f6\00dfe' AS size FROM public.orders`,
    ...(onPgTrickle ? [beyondAscii] : []),
  ])('takes letters beyond ASCII written as in %s', async (query) => {
    await pgstream.create({ name: 'letters', query });
    expect((await pgstream.columns('letters')).map(({ name }) => name)).toStrictEqual(['Ärger', 'size']);
    const { rows } = await admin.query('SELECT DISTINCT size FROM public.letters');
    expect(rows).toStrictEqual([{ size: 'größe' }]);
  });

  it('says that a stream table of that name exists', async () => {
    await pgstream.create({ name: 'totals', query: TOTALS });
    await expect(pgstream.create({ name: 'totals', query: TOTALS })).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
      schema: 'public',
      table: 'totals',
    });
  });
});

describe('alter(), suspend(), resume(), drop()', () => {
  beforeEach(async () => {
    await pgstream.create({ name: 'totals', query: TOTALS, schedule: '5m' });
  });

  const onlyOnPgTrickle: [StreamTableChanges, object][] = [
    [{ schedule: null }, { schedule: { kind: 'calculated', text: null } }],
    [{ query: 'SELECT id FROM public.orders' }, { definingQuery: 'SELECT id FROM public.orders' }],
  ];

  it.each<[StreamTableChanges, object]>([
    [{ schedule: '10m' }, { schedule: { text: '10m' }, refreshMode: 'DIFFERENTIAL' }],
    [{ schedule: { everyMs: 600_000 } }, { schedule: { text: '600s' } }],
    [{ schedule: '@daily' }, { schedule: { kind: 'cron' } }],
    [{ refreshMode: 'FULL' }, { refreshMode: 'FULL', schedule: { text: '5m' } }],
    ...(onPgTrickle ? onlyOnPgTrickle : []),
  ])('alter(%j) changes that and leaves the rest', async (changes, expected) => {
    await pgstream.table('totals').alter(changes);
    expect(await pgstream.table('totals').status()).toMatchObject({ status: 'ACTIVE', ...expected });
  });

  const itsRefusals: [changes: StreamTableChanges, code: string, text: string][] = onPgTrickle
    ? [[{ query: 'SELECT 1 AS one' }, 'UNSUPPORTED_QUERY', 'references no tables']]
    : [
        [{ schedule: null }, 'INVALID_SCHEDULE', 'Drop it and create it'],
        [{ refreshMode: 'AUTO' }, 'INVALID_ARGUMENT', 'pg_stream has no refresh mode AUTO'],
        [{ query: 'SELECT 1 AS one' }, 'INVALID_ARGUMENT', 'pg_stream cannot give a stream table another query'],
      ];

  it.each<[changes: StreamTableChanges, code: string, text: string]>([
    ...itsRefusals,
    [{ schedule: '30s' }, 'INVALID_SCHEDULE', 'at least 60s'],
    [{ schedule: '300' }, 'INVALID_SCHEDULE', "'300s'"],
    [{ refreshMode: 'incremental' as 'FULL' }, 'INVALID_ARGUMENT', "'DIFFERENTIAL', 'FULL'"],
    [{ query: 'SELECT 1 AS one;' }, 'UNSUPPORTED_QUERY', 'semicolon'],
    [{}, 'INVALID_ARGUMENT', 'nothing to alter'],
  ])('alter(%j) is refused as %s', async (changes, code, text) => {
    await expect(pgstream.table('totals').alter(changes)).rejects.toMatchObject({
      code,
      message: expect.stringContaining(text),
    });
  });

  it('suspend() and resume() change the status and back', async () => {
    const table = pgstream.table('totals');
    await table.suspend();
    expect((await table.status()).status).toBe('SUSPENDED');
    await table.resume();
    expect((await table.status()).status).toBe('ACTIVE');
  });

  it('resume() refuses a table that is not suspended', async () => {
    await expect(pgstream.table('totals').resume()).rejects.toMatchObject({ code: 'SUSPENDED', operation: 'resume' });
  });

  it('drop() takes the storage and the catalog row', async () => {
    await pgstream.table('totals').drop();
    expect(await pgstream.table('totals').exists()).toBe(false);
    const { rows } = await admin.query(`SELECT to_regclass('public.totals') AS storage`);
    expect(rows).toStrictEqual([{ storage: null }]);
  });

  it('are part of the transaction that they are called in', async () => {
    await admin.query('SAVEPOINT before');
    await pgstream.table('totals').drop();
    await admin.query('ROLLBACK TO before');
    expect(await pgstream.table('totals').exists()).toBe(true);
  });

  it.runIf(onPgTrickle)('drop() works when a source was dropped (on pg_trickle)', async () => {
    await admin.query('DROP TABLE public.orders');
    await pgstream.table('totals').drop();
    expect(await pgstream.table('totals').exists()).toBe(false);
  });

  it.skipIf(onPgTrickle)('drop() says what helps when a source was dropped (pg_trickle drops it)', async () => {
    await admin.query('DROP TABLE public.orders; SAVEPOINT before');
    const refused = pgstream.table('totals').drop();
    await expect(refused).rejects.toMatchObject({
      code: 'SOURCE_GONE',
      message: expect.stringContaining('DROP TABLE "public"."totals";'),
    });
    await admin.query('ROLLBACK TO before');
    await admin.query('DROP TABLE "public"."totals"');
    expect(await pgstream.table('totals').exists()).toBe(false);
  });
});
