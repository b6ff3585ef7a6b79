import { extension, onPgTrickle } from '@pgstream/harness';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  migrationSql,
  writeMigrations,
  writeRepeatable,
  type DeclaredStreamTable,
  type RepeatableFormat,
  type RepeatableOptions,
} from '../../src/definitions.ts';
import { TOTALS } from '../orders.ts';
import { definitionsScene } from './scene.ts';

const scene = definitionsScene();
const totals = { name: 'totals', query: TOTALS, schedule: '5m' };
const top = { name: 'a_top', query: 'SELECT customer_id, total FROM public.totals WHERE total > 1' };
const OTHER = TOTALS.replace('sum(amount)', 'sum(amount + 1)');
const WIDER = TOTALS.replace('count(*) AS n', 'count(*) AS n, max(amount) AS most');

/** As a tool runs it: the tests' own clients put the extension's names in place of others. */
let client: Client;
beforeAll(async () => {
  client = new Client(scene.url);
  await client.connect();
});
afterAll(() => client.end());
afterEach(() => scene.clear());

async function write(
  definitions: readonly DeclaredStreamTable[],
  format: RepeatableFormat = 'flyway',
  options?: RepeatableOptions,
): Promise<string> {
  const { files } = await writeRepeatable(scene.executor, definitions, format, options);
  return files[0]?.text ?? '';
}

/** Whether each stream table is the same one that it was, by its number in the catalog. */
async function numbers(): Promise<Readonly<Record<string, string>>> {
  const { rows } = await client.query<{ name: string; number: string }>(
    `SELECT ${extension.prefix}name AS name, ${extension.prefix}id AS number FROM ${extension.catalog}`,
  );
  return Object.fromEntries(rows.map(({ name, number }) => [name, number]));
}

async function expectDone(definitions: readonly DeclaredStreamTable[]): Promise<void> {
  const { steps, changes } = await scene.plan(definitions);
  expect({ changes, kinds: [...new Set(steps.map(({ kind }) => kind))] }).toStrictEqual({
    changes: 0,
    kinds: ['adopt'],
  });
  for (const { name, query } of definitions) await scene.expectRight(`public.${name as string}`, query);
}

/** Runs it, and says which stream tables are still the same. */
async function run(definitions: readonly DeclaredStreamTable[]): Promise<string[]> {
  const before = await numbers();
  await client.query(await write(definitions));
  await expectDone(definitions);
  const after = await numbers();
  return Object.keys(after)
    .filter((name) => after[name] === before[name])
    .toSorted();
}

/** Which functions of the extension it calls, as a session of its own counts them; nothing is left of it. */
async function called(definitions: readonly DeclaredStreamTable[]): Promise<string[]> {
  const text = await write(definitions);
  const counting = new Client(scene.url);
  await counting.connect();
  await counting.query(`BEGIN; SET LOCAL track_functions = 'all'; ${text}`);
  const { rows } = await counting.query<{ name: string }>(
    `SELECT DISTINCT funcname AS name FROM pg_stat_xact_user_functions
    WHERE funcname IN ('create_stream_table', 'alter_stream_table', 'drop_stream_table') ORDER BY 1`,
  );
  await counting.end();
  return rows.map(({ name }) => name);
}

describe('a repeatable migration', () => {
  it('creates what is not there, what is read before what reads it, and then does nothing', async () => {
    expect(await run([top, totals])).toStrictEqual([]);
    expect(await run([top, totals])).toStrictEqual(['a_top', 'totals']);
    const { rows } = await client.query(
      `SELECT FROM pg_class WHERE starts_with(relname, 'pgstream_') AND relpersistence = 't'`,
    );
    expect(rows).toHaveLength(0);
  });

  it('is the same text whatever the order, and whatever there is in the database', async () => {
    const bare = { name: 'bare', query: 'SELECT id FROM orders' };
    const text = await write([top, totals, bare]);
    expect(await write([bare, totals, top])).toBe(text);
    await scene.deploy([top, { ...totals, query: WIDER, schedule: '1m' }]);
    expect(await write([top, totals, bare])).toBe(text);
    await scene.deploy([top, totals, bare]);
    expect(await write([top, totals, bare])).toBe(text);
    expect(await write([top, { ...totals, schedule: '6m' }, bare])).not.toBe(text);
  });

  it.each<[change: string, Partial<DeclaredStreamTable>, isSame: boolean]>([
    ['another schedule', { schedule: '@hourly' }, true],
    ['a comment', { comment: "it's \\ new: ${x}" }, true],
    ['the mode FULL', { refreshMode: 'FULL' }, true],
    ['white space and letter case', { query: TOTALS.replace('SELECT', 'select\n ').replace('FROM', 'from') }, true],
    ['schemas', { query: TOTALS.replace('public.', '') }, true],
    ['another query', { query: OTHER }, false],
    ['another column', { query: WIDER }, false],
    ['no schedule', { schedule: null }, onPgTrickle],
  ])('changes what it can in its place: %s', async (_, change, isSame) => {
    await run([totals]);
    expect(await run([{ ...totals, ...change }])).toStrictEqual(isSame ? ['totals'] : []);
    // What cannot be altered back is made anew.
    await run([{ ...totals, comment: null }]);
  });

  it('makes anew with it the declared ones that read it, and no others', async () => {
    const third = { name: 'third', query: 'SELECT id FROM public.orders' };
    await run([totals, top, third]);
    expect(await run([{ ...totals, query: WIDER }, top, third])).toStrictEqual(['third']);
    expect(await run([{ ...totals, query: OTHER }, top, third])).toStrictEqual(['third']);
    // In another order.
    const turned = [
      { name: 'a_top', query: TOTALS },
      { name: 'totals', query: 'SELECT customer_id FROM public.a_top' },
      third,
    ];
    expect(await run(turned)).toStrictEqual(['third']);
  });

  it('takes over what apply(), a migration with a version, or somebody has made', async () => {
    await scene.deploy([totals]);
    await scene.run(migrationSql(await scene.plan([totals, top])).upStatements);
    await client.query(
      `SELECT ${extension.schema}.create_stream_table(name => 'public.hand', query => 'SELECT id FROM public.orders', schedule => '1m', refresh_mode => 'DIFFERENTIAL')`,
    );
    const hand = { name: 'hand', query: 'SELECT id FROM public.orders' };
    expect(await run([totals, top, hand])).toStrictEqual(['a_top', 'hand', 'totals']);
  });

  it.each([
    ['view public.late', 'CREATE VIEW public.late AS SELECT total FROM public.totals'],
    ['index public.late', 'CREATE INDEX late ON public.totals (total)'],
    ['SELECT for PUBLIC', 'GRANT SELECT ON public.totals TO PUBLIC'],
    ['comment', `COMMENT ON TABLE public.totals IS 'late'`],
    [
      'status SUSPENDED',
      `SELECT ${extension.schema}.alter_stream_table(name => 'public.totals', status => 'SUSPENDED')`,
    ],
    [
      'stream table public.late',
      `SELECT ${extension.schema}.create_stream_table(name => 'public.late', query => 'SELECT total FROM public.totals')`,
    ],
  ])('refuses to lose anything, and leaves all as it was: %s', async (what, hang) => {
    await run([totals, top]);
    await client.query(hang);
    const before = await numbers();
    for (const query of [WIDER, OTHER]) {
      const text = await write([{ ...totals, query }, top, { name: 'new', query: 'SELECT id FROM public.orders' }]);
      await expect(client.query(text)).rejects.toMatchObject({
        message: expect.stringContaining(what) as string,
        hint: expect.stringContaining('pgstream plan --write flyway') as string,
      });
      expect(await numbers()).toStrictEqual(before);
    }
    // What is not made anew keeps what hangs on it.
    await client.query(await write([{ ...totals, schedule: '7m' }, top]));
    expect(await numbers()).toStrictEqual(before);
  });

  it('finds nothing to do after the migration with a version that it asks for', async () => {
    await run([totals, top]);
    await client.query('CREATE VIEW public.late AS SELECT total FROM public.totals');
    const declared = [{ ...totals, query: WIDER }, top];
    const text = await write(declared);
    await expect(client.query(text)).rejects.toThrow('view public.late');
    const todo = await scene.plan(declared);
    const options = { version: '20260102030405', beforeRepeatable: true } as const;
    const [up = '', down = ''] = writeMigrations(todo, 'flyway', options).files.map((file) => file.text);
    await client.query(up);
    const before = await numbers();
    await client.query(text);
    expect(await numbers()).toStrictEqual(before);
    await expectDone(declared);
    // It has a guard, too.
    await client.query('CREATE VIEW public.later AS SELECT total FROM public.totals');
    for (const sql of [up, down]) await expect(client.query(sql)).rejects.toThrow('view public.later');
    await client.query('DROP VIEW public.later');
    await client.query(down);
    await scene.expectRight('public.totals', TOTALS);

    // A new database gets all from the repeatable one.
    await scene.clear();
    await client.query(up);
    expect(await numbers()).toStrictEqual({});
    await client.query(down);
    expect(await numbers()).toStrictEqual({});
  });

  it('gives a declared comment, whatever the former one was', async () => {
    await run([{ ...totals, comment: 'one' }]);
    expect(await run([{ ...totals, query: WIDER, comment: 'two' }])).toStrictEqual([]);
    const { rows } = await client.query(`SELECT obj_description('public.totals'::regclass) AS comment`);
    expect(rows).toStrictEqual([{ comment: 'two' }]);
  });

  it('makes the view to read by, and turns it to the next version', async () => {
    const first = { ...totals, view: 'totals_now' };
    await run([first, top]);
    expect(await run([{ ...first, schedule: '7m' }, top])).toStrictEqual(['a_top', 'totals']);
    expect(await run([{ ...first, query: WIDER }, top])).toStrictEqual([]);
    const { rows } = await client.query('SELECT * FROM public.totals_now');
    expect(Object.keys(rows[0] as object)).toStrictEqual(['customer_id', 'total', 'n', 'most']);
    await client.query('GRANT SELECT ON public.totals_now TO PUBLIC');
    await expect(client.query(await write([first, top]))).rejects.toThrow(
      'with "public"."totals_now": SELECT for PUBLIC.',
    );
    await client.query('CREATE VIEW public.on_it AS SELECT n FROM public.totals_now');
    await expect(client.query(await write([first, top]))).rejects.toThrow('view public.on_it');
    const next = { name: 'totals_2', query: WIDER.replace('sum(amount)', 'sum(amount + 1)'), view: 'totals_now' };
    await client.query(await write([next, top]));
    await scene.expectRight('public.totals_now', next.query);
  });

  it('leaves the search_path, and runs under any', async () => {
    await client.query(`CREATE SCHEMA other; CREATE TABLE other.pgstream_declared (); SET search_path = other`);
    await run([totals]);
    const { rows } = await client.query('SHOW search_path');
    expect(rows).toStrictEqual([{ search_path: 'other' }]);
    await client.query('RESET search_path');
  });

  it.runIf(onPgTrickle)('alters a query where nothing reads it', async () => {
    await run([totals]);
    expect(await called([{ ...totals, query: OTHER }])).toStrictEqual(['alter_stream_table']);
    await run([totals, top]);
    expect(await called([{ ...totals, query: OTHER }, top])).toStrictEqual([
      'create_stream_table',
      'drop_stream_table',
    ]);
  });

  it.runIf(onPgTrickle)('knows the mode that was asked for', async () => {
    const auto = { ...totals, refreshMode: 'AUTO' as const };
    await run([auto]);
    expect(await run([auto])).toStrictEqual(['totals']);
  });

  it.each([
    ['sql', 'stream_tables.sql', /^-- All stream tables/],
    ['flyway', 'R__stream_tables.sql', /^-- All stream tables/],
    [
      'liquibase',
      'stream_tables.sql',
      /^--liquibase formatted sql\n\n--changeset pgstream:stream_tables runOnChange:true runOrder:last .*\n-- All[^]*\n--rollback not required\n$/,
    ],
  ] as const)('is a file of %s, with nothing in it that is a tool’s', async (format, path, like) => {
    const odd = {
      name: 'odd',
      query: `SELECT id, '\${x}\r\n--rollback y\n--> statement-breakpoint $pgstream$' AS "\${z}" FROM public.orders`,
      comment: '${c}',
    };
    const { files } = await writeRepeatable(scene.executor, [odd], format);
    expect(files.map((file) => file.path)).toStrictEqual([path]);
    const text = files[0]?.text ?? '';
    expect(text).toMatch(like);
    expect(text.slice(0, text.lastIndexOf('--rollback'))).not.toMatch(
      /\$\{|\r|^\s*--rollback|--> statement-breakpoint/m,
    );
    await client.query(text);
    await expectDone([odd]);
  });

  it('is refused for what cannot be, and where there is nothing to write', async () => {
    await expect(write([], 'flyway')).rejects.toThrow('no stream table is declared');
    await expect(write([totals], 'prisma' as never)).rejects.toThrow(/no repeatable migrations of prisma.*sql, flyway/);
    await expect(write([totals], 'sql', { description: '../x' })).rejects.toThrow(/description of a migration/);
    await expect(write([{ name: 'x', query: 'SELECT nosuch FROM public.orders' }])).rejects.toThrow(
      /"public"\."x".*nosuch/,
    );
    await expect(
      write([{ name: 'x', query: 'SELECT id FROM public.orders', columns: [{ name: 'no' }] }]),
    ).rejects.toThrow(/do not agree/);
    await expect(write([{ name: 'orders', query: 'SELECT 1 AS one' }])).rejects.toMatchObject({
      code: 'ALREADY_EXISTS',
    });
  });
});
