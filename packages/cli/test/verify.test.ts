import { testDatabase } from '@pgstream/harness';
import { beforeAll, describe, expect, test } from 'vitest';
import { runner } from './run.ts';
import { damaged, shop } from './shop.ts';

const database = testDatabase();
shop(database);
const run = runner(() => database.url);

describe('verify and repair', () => {
  beforeAll(async () => {
    const client = await database.connect();
    await client.query('INSERT INTO orders (customer_id, amount) VALUES (77, 1)');
  });

  test('what is only old is right after a refresh, and is not refreshed by that', async () => {
    const { code, out } = await run('verify', 'order_totals');
    expect({ code, out }).toEqual({
      code: 9,
      out: expect.stringContaining('It may only be old: --after-refresh tells.'),
    });
    expect(out).toMatch(/\n {2}1 row missing\n {4}customer_id=77, total=1\n$/);
    expect((await run('verify', 'order_totals', '--after-refresh')).out).toMatch(/^order_totals: right, 11 rows$/m);
    expect(await run('verify', 'order_totals')).toMatchObject({ code: 9 });
  });

  test('what is damaged is shown with rows, and mended by repair, which asks', async () => {
    await run('refresh', 'order_totals');
    await damaged(await database.connect());
    const { code, out } = await run('verify', '--all', '--after-refresh');
    expect(code).toBe(9);
    expect(out).toMatch(/^analytics\.visits: right, 2 rows$/m);
    expect(out).toMatch(/^order_totals: different, 10 rows of 11\.\n {2}2 rows missing\n {4}customer_id=3, /m);
    expect(out).toMatch(/^ {2}1 row surplus\n {4}customer_id=4, total=0$/m);
    expect(await run('repair', 'order_totals')).toMatchObject({ code: 8, err: expect.stringContaining('--yes') });
    expect(await run('repair', 'order_totals', '--yes')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^order_totals: repaired in .*, right, 11 rows\n {2}\S/),
    });
    expect(await run('verify', 'order_totals')).toMatchObject({ code: 0 });
  });

  test('what nobody can tell is no failure; what is not there is', async () => {
    await run('create', 'empty', 'SELECT id FROM public.orders', '--no-initialize');
    expect(await run('verify', 'empty')).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^empty: cannot be told \(never-filled\)\. \S/),
    });
    const { code, out } = await run('verify', 'nope', 'analytics.visits');
    expect({ code, out }).toEqual({
      code: 3,
      out: expect.stringMatching(/^nope: failed\. .*\nanalytics\.visits: right/),
    });
    expect(await run('verify')).toMatchObject({ code: 2 });
    expect(await run('verify', 'empty', '--all')).toMatchObject({ code: 2 });
  });
});
