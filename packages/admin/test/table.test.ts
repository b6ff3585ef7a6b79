import { createPgStream } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { extension, inItsNames, testRole } from '@pgstream/harness';
import { Pool } from 'pg';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Admin, mountAdmin } from '../src/index.ts';
import { get } from './asking.ts';
import { shop, textOf } from './shop.ts';

const own = shop();
let admin: Admin;

beforeAll(() => {
  admin = mountAdmin({ pgstream: own.pgstream, title: 'Shop' });
});

/** A section of a page, by its id. */
function sectionOf(page: string, id: string): string {
  return (
    page
      .split('<section ')
      .find((each) => each.startsWith(`aria-labelledby="${id}"`))
      ?.split('</section>')[0] ?? ''
  );
}

describe('the page of a stream table', () => {
  it('has its facts, its columns and its query', async () => {
    const page = await get(admin, '/tables/public/region_totals');
    expect(page).toContain('<title>region_totals · Shop</title>');
    expect(textOf(page)).toMatch(
      /Age (?:just now|\d+ seconds? ago) fresh at most 10 min Schedule 10m Refresh mode differential/,
    );
    const definition = textOf(sectionOf(page, 'definition'));
    expect(definition).toContain('JOIN public.customers c ON c.id = t.customer_id GROUP BY c.region');
    expect(definition).toContain('Column Type region text total numeric');
  });

  it('has what the extension makes of the query', async () => {
    const { operatorTree, deltaQuery } = await own.pgstream.table('region_totals').explain();
    const plan = textOf(sectionOf(await get(admin, '/tables/public/region_totals'), 'delta'));
    expect(plan).toContain('The extension can maintain it incrementally');
    const parts = [operatorTree, deltaQuery]
      .filter((part) => part !== null)
      .map((part) => part.replaceAll(/\s+/g, ' ').trim());
    expect(parts.filter((part) => !plan.includes(part))).toEqual([]);
    expect(parts).not.toEqual([]);
  });

  it('draws what it reads and what reads it, and lists the same', async () => {
    const section = sectionOf(await get(admin, '/tables/public/region_totals'), 'dependencies');
    expect(section.match(/<g class="box[^"]*"/g)).toEqual([
      '<g class="box plain"',
      '<g class="box plain"',
      '<g class="box good"',
      '<g class="box good here"',
      '<g class="box good"',
    ]);
    expect(section.match(/class="arrow"/g)).toHaveLength(4);
    expect(section).toContain('<a href="/tables/reports/region_top">');
    expect(textOf(section)).toMatch(
      /Reads customers table order_totals stream table, fresh Is read by reports\.region_top stream table, fresh$/,
    );
  });

  it('has the history as charts with words, and as a table', async () => {
    await own.query(`
      INSERT INTO pgstream.pgs_refresh_history (pgs_id, data_timestamp, start_time, end_time, action, status, rows_inserted, rows_deleted, error_message, initiated_by)
      SELECT pgs_id, at, at, at + n * interval '20 ms', 'DIFFERENTIAL', CASE WHEN n = 2 THEN 'FAILED' ELSE 'COMPLETED' END, n * 10, 1,
             CASE WHEN n = 2 THEN 'division by zero' END, 'SCHEDULER'
      FROM generate_series(1, 12) n, LATERAL (SELECT timestamptz '2030-01-01 00:00:00Z' + n * interval '1 minute' AS at) moment, pgstream.pgs_stream_tables WHERE pgs_name = 'order_totals'`);
    onTestFinished(
      async () => void (await own.query(`DELETE FROM pgstream.pgs_refresh_history WHERE start_time > '2029-01-01'`)),
    );
    const recorded = (await own.pgstream.table('order_totals').history({ limit: 60 })).length;
    const history = sectionOf(await get(admin, '/tables/public/order_totals'), 'history');
    expect(history).toContain('<title id="took-title">How long each took, at most 240 ms</title>');
    expect(history).toContain(
      `<desc id="took-text">The last ${recorded} refreshes, the newest on the right. 1 failed, with a cross above.</desc>`,
    );
    expect(history).toContain('<title id="rows-title">Rows that each changed, at most 121</title>');
    expect(history).toContain('<title>2030-01-01 00:12: 240 ms</title>');
    expect(history).toContain('<title>2030-01-01 00:02: failed</title>');
    expect(history.match(/class="cross"/g)).toHaveLength(2);
    const rows = history
      .split('<tr>')
      .slice(2)
      .map((row) => textOf(row));
    expect(rows).toHaveLength(10);
    expect(rows[0]).toBe('2030-01-01 00:12:00 UTC completed differential scheduler 240 ms 121');
  });

  it('says where nothing is recorded, and where it was not measured', async () => {
    await own.query(`DELETE FROM pgstream.pgs_refresh_history`);
    expect(textOf(await get(admin, '/tables/public/region_totals'))).toContain('No refresh is recorded.');
    await own.query(`
      INSERT INTO pgstream.pgs_refresh_history (pgs_id, data_timestamp, start_time, end_time, action, status, initiated_by)
      SELECT pgs_id, now(), now(), now(), 'NO_DATA', 'COMPLETED', 'SCHEDULER' FROM pgstream.pgs_stream_tables WHERE pgs_name = 'region_totals'`);
    const page = await get(admin, '/tables/public/region_totals');
    expect(textOf(page)).toContain('How long they took was not recorded.');
    expect(page).not.toContain('class="chart"');
  });

  it('has what health() finds of it, and not of others', async () => {
    await own.fail('region_totals', 3, 'division by zero');
    onTestFinished(async () => {
      await own.pgstream.table('region_totals').resume();
    });
    const page = textOf(await get(admin, '/tables/public/region_totals'));
    expect(page).toMatch(
      /error The stream table "public"\."region_totals" is suspended, .*division by zero.* SUSPENDED/,
    );
    expect(page).toContain('Errors Its last 3 refreshes failed');
    expect(textOf(await get(admin, '/tables/public/order_totals'))).not.toContain('SUSPENDED');
  });

  it('is not there for what is no stream table', async () => {
    const errors: unknown[] = [];
    const listening = mountAdmin({ pgstream: own.pgstream, onError: (error) => errors.push(error) });
    const page = textOf(await get(listening, '/tables/public/orders', 404));
    expect(page).toContain(
      'There is no stream table of that name in the database: it was dropped or renamed, or never created. NOT_FOUND',
    );
    expect(errors).toEqual([]);
  });

  it('says of a part that the role may not see that it may not, and shows the others', async () => {
    const role = await testRole();
    await own.query(
      `GRANT USAGE ON SCHEMA pgstream TO ${role.name}; GRANT SELECT ON pgstream.pgs_stream_tables TO ${role.name}`,
    );
    const pool = new Pool({ connectionString: role.url(own.url) });
    onTestFinished(() => pool.end());
    const codes: string[] = [];
    const reading = mountAdmin({
      pgstream: createPgStream(fromPg(pool)),
      onError: (error) => codes.push((error as { code: string }).code),
    });
    const page = await get(reading, '/tables/public/region_totals');
    expect(textOf(sectionOf(page, 'history'))).toContain('This page has no right to do that.');
    expect(textOf(sectionOf(page, 'dependencies'))).toContain('PERMISSION_DENIED');
    expect(textOf(sectionOf(page, 'definition'))).toContain('GROUP BY c.region');
    expect(new Set(codes)).toEqual(new Set(['PERMISSION_DENIED']));
  });
});

describe('names', () => {
  const ODD = [
    'a/b',
    'percent%2Fslash',
    'dot.dot',
    '..',
    '.',
    'with space',
    '"quoted"',
    `<script>alert('1')</script>`,
    'tilde~2F',
    'a?b#c&d=e',
    'back\\slash',
    'größe',
    '日本 テーブル',
    '\u202Eright to left',
  ];

  it.each(ODD)('of any letters lead to their page, and are text in it: %s', async (odd) => {
    await own.rename('nightly', odd);
    onTestFinished(() => own.rename(odd, 'nightly'));
    const odder = mountAdmin({ pgstream: own.pgstream, basePath: '/a/b', canAct: () => true, onError: () => {} });
    const list = await get(odder, '/a/b?q=reports');
    const address =
      /<a href="(\/a\/b\/tables\/reports\/[^"]+)"><bdi><span class="quiet">reports\.<\/span>(?!region_top)/.exec(
        list,
      )?.[1] ?? '';
    expect(address).toMatch(/^\/a\/b\/tables\/reports\/[\w.~%-]+$/);
    expect(new URL(address, 'http://ops.example').pathname).toBe(address);
    expect(address).not.toMatch(/%[0-7]/);
    expect(list).toContain(`action="${address}/refresh?`);
    const inQuotes = odd.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    expect(list).toContain(
      `aria-label="Refresh reports.${inQuotes.replaceAll('"', '&quot;').replaceAll("'", '&#39;')}"`,
    );
    const page = await get(odder, address);
    expect(textOf(/<h1>.*?<\/h1>/s.exec(page)?.[0] ?? '')).toBe(`reports.${odd} active`);
    expect(page).not.toContain('<script');
    expect(await get(odder, '/a/b/graph')).toContain(`href="${address}"`);
  });
});

describe('the graph', () => {
  it('has all relations by layers, drawn and as a list', async () => {
    const page = await get(admin, '/graph');
    expect(page.match(/<g class="box /g)).toHaveLength(6);
    expect(textOf(page)).toContain('4 stream tables in 3 layers, over 2 other relations.');
    expect(textOf(page)).toMatch(
      /Layer 1 2 order_totals reports\.nightly Layer 2 1 region_totals Layer 3 1 reports\.region_top/,
    );
  });

  it('says what reads something that is gone', async () => {
    await own.query(`CREATE TABLE doomed (id int PRIMARY KEY)`);
    await own.pgstream.create({ name: 'orphan', query: 'SELECT id FROM public.doomed', schedule: '5m' });
    const client = await own.connect();
    await client.query('SET session_replication_role = replica');
    await client.query(
      inItsNames(`UPDATE pgstream.pgs_dependencies SET source_relid = 1 WHERE source_relid = 'doomed'::regclass`),
    );
    onTestFinished(() =>
      own.pgstream
        .table('orphan')
        .drop()
        .catch(() => {}),
    );
    expect(textOf(await get(admin, '/graph'))).toContain('These read what is gone: orphan: orphan reads gone');
    expect(await get(admin, '/tables/public/orphan')).toContain('<g class="box bad');
  });
});

describe('health', () => {
  it('has the verdict, the extension and the findings', async () => {
    const page = textOf(await get(admin, '/health'));
    expect(page).toContain(`Extension ${extension.name} ${extension.version}`);
    expect(page).toMatch(/warning No scheduler of pg_\w+ is running .* SCHEDULER_MISSING/);
  });
});
