import { createPgStream } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { extension, freshDatabase, inItsNames, testRole } from '@pgstream/harness';
import { Pool } from 'pg';
import { afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { type Admin, mountAdmin } from '../src/index.ts';
import { get } from './asking.ts';
import { inOneLine, rowOf, shop, textOf } from './shop.ts';

const own = shop();
let admin: Admin;

beforeAll(() => {
  admin = mountAdmin({ pgstream: own.pgstream, basePath: '/admin' });
});
afterEach(async () => {
  await own.query(
    `UPDATE pgstream.pgs_stream_tables SET status = 'ACTIVE', consecutive_errors = 0, is_populated = true`,
  );
  if (extension.hasWideCatalog) await own.query('UPDATE pgstream.pgs_stream_tables SET last_error_message = NULL');
  for (const name of ['order_totals', 'region_totals', 'region_top', 'nightly']) await own.age(name, '0');
});

/** The names of the rows, in order. */
function namesIn(page: string): string[] {
  return [...page.matchAll(/<th scope="row">(.*?)<\/th>/gs)].map(([, name]) => textOf(name ?? ''));
}

describe('the list', () => {
  it('has every stream table, with its state, schedule, mode and last refresh', async () => {
    const page = await get(admin, '/admin');
    expect(namesIn(page)).toEqual(['order_totals', 'region_totals', 'reports.nightly', 'reports.region_top']);
    expect(rowOf(page, 'order_totals')).toMatch(
      /^order_totals active (?:just now|\d seconds? ago) fresh at most 5 min 5m differential \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC$/,
    );
    expect(rowOf(page, 'reports.nightly')).toContain(' no bound 0 3 * * * differential ');
    expect(textOf(page)).toContain('4 stream tables.');
  });

  it.each([
    ['30 seconds', /3\d seconds ago fresh at most 5 min/],
    ['4 minutes', /4 minutes ago fresh/],
    ['6 minutes', /6 minutes ago stale/],
    ['3 hours', /3 hours ago stale/],
    ['50 hours', /2 days ago stale/],
  ])('tells the age of one that was refreshed %s ago against its schedule', async (interval, said) => {
    await own.age('order_totals', interval);
    expect(rowOf(await get(admin, '/admin'), 'order_totals')).toMatch(said);
  });

  it('draws the age as a share of the schedule', async () => {
    await own.age('order_totals', '150 seconds');
    await own.age('region_totals', '20 minutes');
    const page = await get(admin, '/admin');
    const strips = [...page.matchAll(/<rect class="(bar|failed)" width="(\d+)" height="4"/g)].map(([, look, width]) => [
      look,
      Number(width),
    ]);
    // The one that needs somebody comes first.
    expect(strips[0]).toEqual(['failed', 60]);
    expect(strips[1]).toEqual(['bar', 30]);
  });

  it('has first what needs somebody, and tells why a refresh failed and who has suspended', async () => {
    await own.fail('region_totals', 3, 'division by zero');
    await own.query(`UPDATE pgstream.pgs_stream_tables SET status = 'SUSPENDED' WHERE pgs_name = 'nightly'`);
    const page = await get(admin, '/admin');
    expect(namesIn(page)).toEqual(['region_totals', 'reports.nightly', 'order_totals', 'reports.region_top']);
    expect(rowOf(page, 'region_totals')).toContain('suspended Its last 3 refreshes failed: division by zero');
    expect(rowOf(page, 'reports.nightly')).toContain('suspended By somebody. It is not refreshed until it is resumed.');
    expect(textOf(page)).toContain('4 All 2 Need somebody 2 Suspended');
  });

  it.each([
    ['show=suspended', ['region_totals']],
    ['show=stale', ['order_totals']],
    ['show=attention', ['order_totals', 'region_totals']],
    ['show=unfilled', []],
    ['show=everything', ['order_totals', 'region_totals', 'reports.nightly', 'reports.region_top']],
    ['q=TOTALS', ['order_totals', 'region_totals']],
    ['q=reports.n', ['reports.nightly']],
    ['q=%25', []],
    ['schema=reports', ['reports.nightly', 'reports.region_top']],
    ['schema=reports&q=top', ['reports.region_top']],
    ['sort=name', ['order_totals', 'region_totals', 'reports.nightly', 'reports.region_top']],
    ['sort=-name', ['reports.region_top', 'reports.nightly', 'region_totals', 'order_totals']],
    ['sort=-age', ['order_totals', 'reports.nightly', 'region_totals', 'reports.region_top']],
    ['sort=schedule', ['order_totals', 'region_totals', 'reports.region_top', 'reports.nightly']],
    ['sort=nonsense', ['order_totals', 'region_totals', 'reports.nightly', 'reports.region_top']],
    ['page=7', ['order_totals', 'region_totals', 'reports.nightly', 'reports.region_top']],
  ])('shows what is asked for by %s', async (query, names) => {
    await own.query(`UPDATE pgstream.pgs_stream_tables SET status = 'SUSPENDED' WHERE pgs_name = 'region_totals'`);
    await own.age('order_totals', '9 minutes');
    await own.age('nightly', '8 minutes');
    await own.age('region_totals', '7 minutes');
    expect(namesIn(await get(admin, `/admin?${query}`))).toEqual(names);
  });

  it('keeps what was asked for in its links and in its form', async () => {
    await own.age('order_totals', '6 minutes');
    const page = await get(admin, '/admin?q=totals&schema=public&show=stale&sort=-age');
    expect(page).toContain('<input type="search" name="q" value="totals"');
    expect(page).toMatch(/<option value="public"\s+selected>/);
    expect(page).toContain('<input type="hidden" name="show" value="stale" />');
    expect(page).toContain('<input type="hidden" name="sort" value="-age" />');
    expect(page).toContain('href="/admin?q=totals&amp;schema=public&amp;show=stale&amp;sort=name"');
    expect(inOneLine(page)).toMatch(
      /<th scope="col" aria-sort="descending"> ?<a href="\/admin\?q=totals&amp;schema=public&amp;show=stale&amp;sort=age"/,
    );
  });

  it('lists what is expected and not there', async () => {
    const expecting = mountAdmin({
      pgstream: own.pgstream,
      expected: ['order_totals', 'sales', { schema: 'reports', name: 'churn' }],
    });
    const page = await get(expecting, '/');
    expect(namesIn(page)).toEqual([
      'sales',
      'reports.churn',
      'order_totals',
      'region_totals',
      'reports.nightly',
      'reports.region_top',
    ]);
    expect(rowOf(page, 'sales')).toMatch(/^sales missing It is not in the database: /);
    expect(textOf(page)).toContain('4 stream tables and 2 that are missing.');
  });

  it('leads to what is wrong with the database as a whole, once there is something that it may explain', async () => {
    expect(await get(admin, '/admin')).not.toContain('tells what is wrong');
    await own.age('order_totals', '20 minutes');
    expect(await get(admin, '/admin')).toContain('<a href="/admin/health">Health</a> tells what is wrong');
    expect(textOf(await get(admin, '/admin/tables/public/order_totals'))).toContain('SCHEDULER_MISSING');
    expect(textOf(await get(admin, '/admin/tables/public/region_totals'))).not.toContain('SCHEDULER_MISSING');
  });

  it('has pages of a hundred, or one of all', async () => {
    const pool = new Pool({ connectionString: await freshDatabase() });
    onTestFinished(() => pool.end());
    await pool.query(`CREATE TABLE orders (id int PRIMARY KEY)`);
    await pool.query(
      inItsNames(
        `SELECT pgstream.create_stream_table('public.t_' || lpad(n::text, 3, '0'), 'SELECT id FROM public.orders', '5m', 'FULL') FROM generate_series(1, 101) n`,
      ),
    );
    const many = mountAdmin({ pgstream: createPgStream(fromPg(pool)) });
    const [first, last, all] = [await get(many, '/'), await get(many, '/?page=2'), await get(many, '/?page=all')];
    expect(namesIn(first)).toHaveLength(100);
    expect(textOf(first)).toContain('1 to 100 of 101 stream tables.');
    expect(first).toContain('<a rel="next" href="/?page=2">');
    expect(first).not.toContain('rel="prev"');
    expect(namesIn(last)).toEqual(['t_101']);
    expect(last).toContain('<a rel="prev" href="/">');
    expect(last).not.toContain('rel="next"');
    expect(namesIn(all)).toHaveLength(101);
    expect(all).not.toContain('aria-label="Pages of the list"');
    // Drawn would be 102 boxes.
    const graph = await get(many, '/graph');
    expect(graph).not.toContain('<svg');
    expect(textOf(graph)).toContain('Layer 1 101');
    expect(textOf(graph)).toContain('And 1 more');
    // What is around the first: its source, and nothing of the 100 beside it.
    expect((await get(many, '/tables/public/t_001')).match(/<g class="box/g)).toHaveLength(2);
  });
});

describe('what a page says where there is nothing to show', () => {
  it('of a database without stream tables', async () => {
    const pool = new Pool({ connectionString: await freshDatabase() });
    onTestFinished(() => pool.end());
    const empty = mountAdmin({ pgstream: createPgStream(fromPg(pool)) });
    for (const path of ['/', '/graph']) {
      expect(textOf(await get(empty, path))).toContain('There are no stream tables in this database.');
    }
  });

  it('of one without the extension: what to do', async () => {
    const pool = new Pool({ connectionString: await freshDatabase() });
    onTestFinished(() => pool.end());
    await pool.query(`DROP EXTENSION ${extension.name} CASCADE`);
    const errors: unknown[] = [];
    const without = mountAdmin({ pgstream: createPgStream(fromPg(pool)), onError: (error) => errors.push(error) });
    const page = textOf(await get(without, '/', 503));
    expect(page).toContain('The database does not have the extension that keeps stream tables.');
    expect(page).toContain('CREATE EXTENSION pg_trickle; in this database');
    expect(page).toContain('EXTENSION_MISSING');
    expect(errors).toHaveLength(1);
  });

  it('of a server that is gone', async () => {
    const pool = new Pool({ connectionString: 'postgres://reader:sesame@127.0.0.1:1/shop' });
    onTestFinished(() => pool.end());
    const gone = mountAdmin({ pgstream: createPgStream(fromPg(pool)), onError: () => {} });
    for (const path of ['/', '/graph', '/tables/public/order_totals']) {
      const page = await get(gone, path, 503);
      expect(textOf(page)).toContain('The database could not be reached. CONNECTION');
      expect(page).not.toContain('sesame');
    }
    // It is the page that tells how it is.
    expect(textOf(await get(gone, '/health'))).toContain('Verdict not in order');
  });

  it('to a role without rights: which to grant', async () => {
    const role = await testRole();
    const pool = new Pool({ connectionString: role.url(own.url) });
    onTestFinished(() => pool.end());
    const denied = mountAdmin({ pgstream: createPgStream(fromPg(pool)), onError: () => {} });
    const page = textOf(await get(denied, '/', 503));
    expect(page).toContain(
      'This page has no right to do that. Whoever manages the database can give it. PERMISSION_DENIED',
    );
    expect(page).toMatch(/What was said .*GRANT USAGE ON SCHEMA/);
  });

  it('of an error that is nobody’s business: nothing but that it was logged', async () => {
    const errors: unknown[] = [];
    const failing = mountAdmin({
      pgstream: { ...own.pgstream, list: () => Promise.reject(new Error('sesame')) },
      onError(error) {
        errors.push(error);
        throw new Error('The log is full.');
      },
    });
    const page = await get(failing, '/', 500);
    expect(textOf(page)).toContain('Something went wrong here; it was logged.');
    expect(page).not.toContain('sesame');
    expect(errors).toEqual([new Error('sesame')]);
  });

  it.each([
    '/admin/nowhere',
    '/admin/tables/public',
    '/admin/tables/public/a/b/c',
    '/admin/tables/public/x/drop',
    '/elsewhere',
    '/',
    '/administration',
    '/admin/tables//x',
    '/admin/tables/%E0%A4%A/x',
  ])('at %s: that there is nothing', async (path) => {
    expect(inOneLine(await get(admin, path, 404))).toContain('<p>There is no page at this address.</p>');
  });
});
