import { extension, testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { createPgStream, refreshFunctionSql, type PgStream, type RefreshOptions } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { TOTALS } from '../orders.ts';
import { TRAPS_SQL } from './traps.ts';
import { answers, asksTheExtension, createSubjects, questions } from './questions.ts';

const db = testDatabase();
let admin: Client;

beforeAll(async () => {
  admin = await db.connect();
  await createSubjects(admin);
});

const via = { schema: 'public', name: 'refresh_it' };

/** With the rights of another role: as the owner where no function may refresh in its place. */
const throughAnother: RefreshOptions = extension.checksOuterOwner ? { as: new URL(db.url).username } : { via };

/** Functions that look nowhere but into pg_catalog, so that what fails there is not theirs. */
async function pinFunctions(...names: string[]): Promise<void> {
  await admin.query(refreshFunctionSql(['totals'], { function: via, dialect: extension.name }));
  for (const name of names) {
    await admin.query(`ALTER FUNCTION ${extension.schema}.${name} SET search_path = pg_catalog, pg_temp`);
  }
}

const ours = questions.filter((question) => !asksTheExtension(question));

type Settings = Readonly<Record<string, string>>;

/** A session as somebody's `ALTER ROLE … SET`, connection string or earlier statement may have left it. */
const odd: readonly Settings[] = [
  { extra_float_digits: '-15' },
  { extra_float_digits: '3' },
  { DateStyle: 'German, DMY' },
  { DateStyle: 'SQL, MDY' },
  { DateStyle: 'Postgres, YMD' },
  { IntervalStyle: 'sql_standard' },
  { IntervalStyle: 'postgres_verbose' },
  { IntervalStyle: 'iso_8601' },
  { TimeZone: 'Asia/Kathmandu' },
  { TimeZone: 'America/St_Johns', DateStyle: 'SQL, DMY', IntervalStyle: 'iso_8601', extra_float_digits: '-10' },
  { bytea_output: 'escape' },
  { xmloption: 'document', xmlbinary: 'hex' },
  { lc_messages: 'C', lc_monetary: 'C', lc_numeric: 'C', lc_time: 'C' },
  { search_path: '' },
  { search_path: 'nowhere' },
  { search_path: 'pgstream, public' },
  { search_path: 'pg_temp, public, pg_catalog' },
  { row_security: 'off' },
  { quote_all_identifiers: 'on' },
  { array_nulls: 'off', transform_null_equals: 'on' },
  { default_transaction_deferrable: 'on' },
  { plan_cache_mode: 'force_generic_plan' },
  { enable_indexscan: 'off', enable_bitmapscan: 'off', enable_hashjoin: 'off', enable_sort: 'off' },
  { enable_seqscan: 'off', enable_nestloop: 'off', enable_mergejoin: 'off', enable_incremental_sort: 'off' },
];

/** Sessions in which not everything can be done. */
const restricted: readonly Settings[] = [
  { default_transaction_read_only: 'on' },
  { default_transaction_isolation: 'serializable', default_transaction_deferrable: 'on' },
];

const TRAPPED = 'traps, pg_catalog, public';

/** A session that falls into everything that does not say pg_catalog. */
async function trapped(): Promise<{ pgstream: PgStream; client: Client }> {
  const client = await db.connect();
  await client.query(`SET search_path = ${TRAPPED}`);
  return { client, pgstream: createPgStream(fromPg(client)) };
}

async function session(settings: Settings): Promise<PgStream> {
  const client = await db.connect();
  for (const [name, value] of Object.entries(settings)) {
    await client.query('SELECT set_config($1, $2, false)', [name, value]);
  }
  return createPgStream(fromPg(client));
}

describe.each([...odd, ...restricted].map((settings) => [settings]))('in a session with %j', (settings) => {
  it('every question is answered as in any other', async () => {
    const expected = await answers(createPgStream(fromPg(admin)));
    expect(await answers(await session(settings))).toStrictEqual(expected);
  });
});

describe('in a session that reads backslashes the old way', () => {
  const oldWay = { standard_conforming_strings: 'off', backslash_quote: 'on', escape_string_warning: 'off' };

  it.each(ours)('%s is answered as in any other', async (name, ask) => {
    const expected = await answers(createPgStream(fromPg(admin)), [[name, ask]]);
    expect(await answers(await session(oldWay), [[name, ask]])).toStrictEqual(expected);
  });

  it('everything can be done', async () => {
    expect(await everyCommand(await session(oldWay), 'commanded_the_old_way')).toStrictEqual(DONE);
  });
});

const DONE = ['refreshed', 'refreshed', 'refreshed', { kind: 'duration', text: '7m', everyMs: 420_000 }, false];

async function everyCommand(pgstream: PgStream, name: string): Promise<unknown[]> {
  const table = await pgstream.create({ name, query: TOTALS, schedule: '5m' });
  await table.alter({ schedule: '7m' });
  await table.suspend();
  await table.resume();
  const outcome = [
    await table.refresh({ timeoutMs: 60_000 }),
    await table.refresh(),
    await table.refresh({ lockSources: false }),
  ];
  const { schedule } = await table.status();
  await table.drop();
  return [...outcome.map(({ status }) => status), schedule, await table.exists()];
}

describe.each(odd.map((settings, number) => [settings, `commanded_${number}`] as const))(
  'in a session with %j',
  (settings, name) => {
    it('everything can be done', async () => {
      expect(await everyCommand(await session(settings), name)).toStrictEqual(DONE);
    });
  },
);

describe('in a session whose transactions are read-only', () => {
  it('commands are READ_ONLY_SERVER', async () => {
    const pgstream = await session({ default_transaction_read_only: 'on' });
    const table = pgstream.table('totals');
    for (const command of [
      () => pgstream.create({ name: 'unwritten', query: TOTALS }),
      () => table.alter({ schedule: '7m' }),
      () => table.suspend(),
      () => table.refresh(),
      () => table.drop(),
    ]) {
      await expect(command()).rejects.toMatchObject({ code: 'READ_ONLY_SERVER' });
    }
  });
});

describe('in a session whose transactions are serializable', () => {
  it('everything can be done but an incremental refresh, which says why', async () => {
    const pgstream = await session({ default_transaction_isolation: 'serializable' });
    const table = await pgstream.create({ name: 'serial', query: TOTALS });
    await table.alter({ schedule: '7m' });
    await expect(table.refresh()).rejects.toMatchObject({ code: 'UNSAFE_ISOLATION' });
    await table.drop();
  });
});

describe('in a session whose search_path has a false function, operator, type and table for each of PostgreSQL’s', () => {
  beforeAll(async () => {
    await admin.query(TRAPS_SQL);
  });

  it('falls into them when nothing says pg_catalog', async () => {
    const client = await db.connect();
    await client.query('SET search_path = traps, pg_catalog');
    for (const text of ['SELECT floor(1.5)', `SELECT 'a' = $1`, `SELECT 'a' IN ($1)`, 'SELECT $1::text']) {
      await expect(client.query(text, text.includes('$1') ? ['a'] : [])).rejects.toMatchObject({
        message: expect.stringMatching(/trapped/) as string,
      });
    }
  });

  it.each(ours)('%s is answered as in any other', async (name, ask) => {
    const expected = await answers(createPgStream(fromPg(admin)), [[name, ask]]);
    const pgstream = await session({ search_path: TRAPPED });
    expect(await answers(pgstream, [[name, ask]])).toStrictEqual(expected);
  });

  describe('and with functions of the extension that do not look there', () => {
    beforeAll(() => pinFunctions('refresh_stream_table', 'create_stream_table'));

    it.each<[string, RefreshOptions]>([
      ['a refresh', {}],
      ['a refresh with timeoutMs', { timeoutMs: 20_000 }],
      ['a refresh without locks', { lockSources: false }],
      ['a refresh with the rights of another', throughAnother],
    ])('%s is made, and leaves the search_path', async (_, options) => {
      const { pgstream, client } = await trapped();
      expect(await pgstream.table('totals').refresh(options)).toMatchObject({ status: 'refreshed' });
      expect((await client.query('SHOW search_path')).rows).toEqual([{ search_path: TRAPPED }]);
    });

    it.each<[string, RefreshOptions]>([
      ['a refresh', {}],
      ['a refresh without locks', { lockSources: false }],
      ['a refresh with the rights of another', throughAnother],
    ])('%s in a transaction is made, and leaves the search_path', async (_, options) => {
      const { pgstream, client } = await trapped();
      await client.query('BEGIN');
      expect(await pgstream.table('totals').refresh(options)).toMatchObject({ status: 'refreshed' });
      expect((await client.query('SHOW search_path')).rows).toEqual([{ search_path: TRAPPED }]);
      await client.query('COMMIT');
    });

    it.each<[string, string, RefreshOptions]>([
      ['SOURCES_BUSY', 'totals', { lockTimeoutMs: 30 }],
      ['SOURCES_BUSY', 'totals', { lockTimeoutMs: 30, ...throughAnother }],
      ['NOT_FOUND', 'no_such', {}],
      ['NOT_FOUND', 'no_such', { lockSources: false }],
      [extension.checksOuterOwner ? 'NOT_FOUND' : 'PERMISSION_DENIED', 'no_such', throughAnother],
    ])('%s is said of %s with %j, in a transaction and outside', async (code, name, options) => {
      const writer = await db.connect();
      await writer.query('BEGIN');
      await writer.query('LOCK TABLE public.orders IN ROW EXCLUSIVE MODE');
      const { pgstream, client } = await trapped();
      await expect(pgstream.table(name).refresh(options)).rejects.toMatchObject({ code });
      await client.query('BEGIN');
      await expect(pgstream.table(name).refresh(options)).rejects.toMatchObject({ code });
      expect((await client.query('SHOW search_path')).rows).toEqual([{ search_path: TRAPPED }]);
      await client.query('ROLLBACK');
      await writer.query('ROLLBACK');
    });

    it('a stream table is created', async () => {
      const { pgstream } = await trapped();
      const created = await pgstream.create({ name: 'created_trapped', query: TOTALS });
      expect(created.name).toEqual({ schema: 'public', name: 'created_trapped' });
    });
  });
});

/** By default these come before pg_catalog, without being named in the search_path. */
async function shadowed(): Promise<PgStream> {
  const client = await db.connect();
  await client.query(`
    DO $$
    DECLARE
      made text;
    BEGIN
      FOR made IN
        SELECT pg_catalog.format('CREATE TEMP VIEW %I AS SELECT 1 / (random() * 0)::int AS trapped', c.relname)
        FROM pg_catalog.pg_class c WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind IN ('r', 'v')
      LOOP
        EXECUTE made;
      END LOOP;
    END $$`);
  await expect(client.query('SELECT oid FROM pg_class')).rejects.toMatchObject({ code: '42703' });
  return createPgStream(fromPg(client));
}

describe('in a session whose temporary tables have the names of PostgreSQL’s own', () => {
  beforeAll(() => pinFunctions('refresh_stream_table'));

  it.each(ours)('%s is answered as in any other', async (name, ask) => {
    const expected = await answers(createPgStream(fromPg(admin)), [[name, ask]]);
    expect(await answers(await shadowed(), [[name, ask]])).toStrictEqual(expected);
  });

  it.each<[string, RefreshOptions]>([
    ['a refresh', {}],
    ['a refresh with timeoutMs', { timeoutMs: 20_000 }],
    ['a refresh without locks', { lockSources: false }],
    ['a refresh with the rights of another', throughAnother],
  ])('%s is made', async (_, options) => {
    const pgstream = await shadowed();
    expect(await pgstream.table('totals').refresh(options)).toMatchObject({ status: 'refreshed' });
  });
});
