import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase } from '@pgstream/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MIGRATION_FORMATS } from '@pgstream/core/definitions';
import { FORMATS } from '../src/commands/plan.ts';
import { runner } from './run.ts';
import { shop } from './shop.ts';

const database = testDatabase();
shop(database);
const run = runner(() => database.url);

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgstream-declarations-'));
});
afterAll(() => rm(folder, { recursive: true }));

const file = (name: string): string => join(folder, name);

describe('declarations', () => {
  test('of what there is are written by import, and then there is nothing to do', async () => {
    const into = file('stream-tables');
    expect(await run('import', '--into', into)).toMatchObject({ code: 0, err: '' });
    expect(await readdir(into)).toEqual(['analytics.visits.sql', 'order_totals.sql']);
    expect(await readFile(join(into, 'analytics.visits.sql'), 'utf8')).toBe(
      '-- schedule: @hourly\n-- mode: FULL\n\nSELECT page, count(*) AS n FROM analytics.hits GROUP BY page;\n',
    );
    expect(await run('import', '--into', into)).toMatchObject({
      code: 2,
      err: expect.stringContaining('there already'),
    });
    expect(await run('check', into)).toMatchObject({ code: 0, err: '' });
    expect(await run('apply', into)).toMatchObject({ code: 0, out: 'Nothing was to be done.\n' });
    const { out } = await run('import');
    await writeFile(file('all.json'), out);
    expect(await run('check', file('all.json'))).toMatchObject({ code: 0 });
  });

  test('are applied and taken back', async () => {
    // It was left to the extension, which may have taken AUTO for it.
    const { out: status } = await run('status', 'order_totals', '--json');
    const { requestedRefreshMode } = JSON.parse(status) as { requestedRefreshMode: string | null };
    const declared = [
      {
        name: 'order_totals',
        query: 'SELECT customer_id, sum(amount) AS total FROM orders GROUP BY 1',
        schedule: '5m',
        refreshMode: requestedRefreshMode ?? undefined,
      },
      { name: 'rich', query: 'SELECT customer_id FROM order_totals WHERE total > 500' },
    ];
    await writeFile(file('more.mjs'), `export default ${JSON.stringify(declared)};`);
    const planned = await run('plan', file('more.mjs'), '--sql');
    expect(planned).toMatchObject({ code: 0, err: '' });
    expect(planned.out).toMatch(
      /^\+ create public\.rich \(.*more\.mjs\)\n {4}because there is no stream table of that name\n/m,
    );
    expect(planned.out).toMatch(/create_stream_table\(\n {2}name => 'public\.rich'/);
    expect(await run('check', file('more.mjs'))).toMatchObject({
      code: 1,
      out: planned.out.slice(0, planned.out.indexOf('\n\nSELECT') + 1),
    });
    expect(await run('apply', file('more.mjs'))).toMatchObject({
      code: 8,
      err: expect.stringMatching(/create public\.rich[^]*--yes/),
    });
    expect(await run('apply', file('more.mjs'), '--yes')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^Done: 1 change in /m),
    });
    expect(await run('check', file('more.mjs'))).toMatchObject({ code: 0 });
    // That there is nothing to do is said once.
    expect(await run('apply', file('more.mjs'), '--yes')).toMatchObject({
      code: 0,
      out: expect.not.stringContaining('Nothing was to be done'),
    });
    await writeFile(file('less.json'), JSON.stringify(declared.slice(0, 1)));
    expect(await run('plan', file('less.json'))).toMatchObject({
      out: expect.stringMatching(/^\? not declared any more: public\.rich[^]*unless --drop-orphans is given\.$/m),
    });
    expect(await run('rollback', '--yes')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^- drop public\.rich$/m),
    });
    expect(await run('status', 'rich')).toMatchObject({ code: 3 });
  });

  test('have a view to be read by, which the next version takes over', async () => {
    const version = async (number: number): Promise<string> => {
      const path = file(`totals_v${number}.sql`);
      await writeFile(path, `-- view: totals\n\nSELECT id + ${number} AS id FROM public.orders;\n`);
      return path;
    };
    await run('apply', await version(1), '--yes');
    const { out } = await run('apply', await version(2), '--yes', '--drop-orphans');
    expect(out).toMatch(/^~ turn the view .*totals/m);
    const into = file('with-a-view');
    await run('import', '--into', into);
    expect(await readFile(join(into, 'totals_v2.sql'), 'utf8')).toMatch(/^-- view: totals$/m);
    expect(await run('check', await version(2))).toMatchObject({ code: 0 });
    await writeFile(file('none.json'), '[]');
    expect(await run('apply', file('none.json'), '--yes', '--drop-orphans')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^- drop the view .*totals/m),
    });
  });

  test('become files of migrations', async () => {
    await writeFile(file('new.sql'), 'SELECT id FROM public.orders');
    const into = file('migrations');
    const ran = await run('plan', file('new.sql'), '--write', 'flyway', '--into', into, '--migration-version', '7');
    expect(ran).toMatchObject({
      code: 0,
      out: expect.stringContaining(`Wrote ${join(into, 'V7__stream_tables.sql')}`),
    });
    const undo = await readFile(join(into, 'U7__stream_tables.sql'), 'utf8');
    expect(undo).toMatch(/^-- The way back from:\n-- create public\.new: /);
    expect(undo).toMatch(/\nSELECT \w+\.drop_stream_table\(name => 'public\.new'\);\n$/);

    // Nothing is written where one of the files is there.
    await rm(join(into, 'V7__stream_tables.sql'));
    const flags = ['--write', 'flyway', '--into', into, '--migration-version', '7'];
    expect(await run('plan', file('new.sql'), ...flags)).toMatchObject({
      code: 2,
      err: expect.stringContaining(`${join(into, 'U7__stream_tables.sql')} is there already`),
    });
    expect(await readdir(into)).toEqual(['U7__stream_tables.sql']);
    expect(await run('plan', file('new.sql'), ...flags, '--no-undo', '--description', 'new_one')).toMatchObject({
      code: 0,
    });
    expect(await readdir(into)).toEqual(['U7__stream_tables.sql', 'V7__new_one.sql']);
    const changelog = ['--write', 'liquibase', '--into', into, '--migration-version', '8', '--author', 'ann'];
    await run('plan', file('new.sql'), ...changelog);
    expect(await readFile(join(into, '8_stream_tables.sql'), 'utf8')).toContain('--changeset ann:8_stream_tables ');
    for (const flag of [['--no-undo'], ['--into', into], ['--author', 'ann']]) {
      expect(await run('plan', file('new.sql'), ...flag)).toMatchObject({
        code: 2,
        err: expect.stringContaining(`${flag[0]} is about files of migrations: say of which kind, --write sql or`),
      });
    }
  });

  test('become one repeatable migration, which is written anew when it changes', async () => {
    const declared = { name: 'repeated', query: 'SELECT id FROM public.orders' };
    const write = async (schedule: string, ...more: string[]): ReturnType<typeof run> => {
      await writeFile(file('repeated.json'), JSON.stringify([{ ...declared, schedule }]));
      return await run('plan', file('repeated.json'), '--write', 'flyway', '--repeatable', '--into', folder, ...more);
    };
    const path = file('R__stream_tables.sql');
    expect(await write('5m')).toMatchObject({ code: 0, err: '', out: expect.stringContaining(`Wrote ${path}`) });
    expect(await write('5m')).toMatchObject({ code: 0, out: expect.stringContaining(`${path} is as it was`) });
    expect(await write('6m')).toMatchObject({ code: 0, out: expect.stringContaining(`Wrote ${path}`) });
    expect(await readFile(path, 'utf8')).toContain("'6m'");
    await writeFile(path, 'SELECT 1;');
    expect(await write('5m')).toMatchObject({ code: 2, err: expect.stringContaining(`${path} is there already`) });
    expect(await readFile(path, 'utf8')).toBe('SELECT 1;');
    expect(await write('5m', '--no-undo')).toMatchObject({
      code: 2,
      err: expect.stringContaining('leave out --no-undo, or --repeatable'),
    });
    expect(await run('plan', file('repeated.json'), '--repeatable')).toMatchObject({
      code: 2,
      err: expect.stringContaining('--repeatable is about files of migrations'),
    });
    expect(await run('plan', file('repeated.json'), '--repeatable', '--write', 'prisma')).toMatchObject({
      code: 2,
      err: expect.stringContaining('no repeatable migrations of prisma'),
    });
  });

  test.for<[what: string, name: string, content: string, says: RegExp]>([
    ['no array', 'a.json', '{}', /a\.json has to give an array/],
    ['models of an ORM', 'a.ts', 'export const totals = {}', /a\.ts has to give an array.*streamTableDefinitions\(\)/],
    ['no JSON', 'b.json', '[', /b\.json cannot be read/],
    ['a file of something else', 'b.yaml', '', /b\.yaml is no file of declarations: .*\.sql, \.ts/],
    ['no name', 'b1.json', '[{ "query": "SELECT 1" }]', /b1\.json: entry 1 has no name\./],
    ['no query', 'b2.json', '[{ "name": "x", "sql": "SELECT 1" }]', /b2\.json: "x" says "sql".* name, query, /],
    ['an empty query', 'b3.json', '[{ "name": "x", "query": "" }]', /"public"\."x" \(.*b3\.json\): .*a SELECT/],
    [
      'a mode that is none, in a module',
      'b4.mjs',
      "export default [{ name: 'x', query: 'SELECT 1', refreshMode: 'f' }]",
      /b4\.mjs\): refreshMode must/,
    ],
    ['a word that means nothing', 'c.sql', '-- shedule: 5m\nSELECT 1', /"shedule" means nothing.*schedule/],
    ['a query that is refused', 'd.sql', 'SELECT id FROM nosuch', /"public"\."d" \(.*d\.sql\)/],
    [
      'a mode that is none',
      'e.sql',
      '-- mode: fast\nSELECT id FROM orders',
      /e\.sql cannot be used: its mode must be one of .*"fast"/,
    ],
  ])('that cannot be used are named: %s', async ([, name, content, says]) => {
    await writeFile(file(name), content);
    const { code, out, err } = await run('plan', file(name));
    expect({ code, out }).toEqual({ code: expect.toBeOneOf([2, 8]), out: '' });
    expect(err).toMatch(says);
  });

  test('that are not there are asked for', async () => {
    expect(await run('plan')).toMatchObject({ code: 2, err: expect.stringContaining('pgstream.definitions.ts') });
    expect(await run('plan', file('nope'))).toMatchObject({
      code: 2,
      err: expect.stringContaining('There is no file or folder'),
    });
  });

  test('are written as migrations of each tool that core writes for', async () => {
    expect(FORMATS).toStrictEqual(MIGRATION_FORMATS);
    await writeFile(file('fourth.json'), JSON.stringify([{ name: 'fourth', query: 'SELECT 1 AS one' }]));
    const into = file('prisma/migrations');
    const flags = ['--write', 'prisma', '--into', into, '--migration-version', '20260102030405'];
    expect(await run('plan', file('fourth.json'), ...flags)).toMatchObject({ code: 0, err: '' });
    expect(await readdir(join(into, '20260102030405_stream_tables'))).toEqual(['down.sql', 'migration.sql']);
  });
});
