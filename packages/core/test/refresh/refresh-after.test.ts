import { extension, testDatabase } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeAll, beforeEach, describe, expect, expectTypeOf, it } from 'vitest';
import { createPgStream, type RefreshAfterOptions, type StreamTable } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { createScene, order, pooled, through, totalOf3, type Scene } from './scene.ts';

const db = testDatabase();
let admin: Client;
let scene: Scene;

beforeAll(async () => {
  admin = await db.connect();
});

beforeEach(async () => {
  scene = await createScene(admin);
});

function open(max = 3): { pool: ReturnType<typeof pooled>['pool']; table: StreamTable } {
  const { pool, pgstream } = pooled(db.url, { max });
  return { pool, table: pgstream.table(scene.name) };
}

/** An order in a transaction of its own on the pool; gives the customer. */
async function place(
  pool: ReturnType<typeof pooled>['pool'],
  customer: number,
  orders = scene.orders,
): Promise<number> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    await client.query(`INSERT INTO ${orders} (customer_id, amount) VALUES (${customer}, 1)`);
    await client.query('COMMIT');
    return customer;
  } finally {
    client.release();
  }
}

describe('refreshAfter', () => {
  it.each([
    [4, 2],
    [32, 3],
  ])('with %i calls at once over a pool of %i: each reads its own write', async (calls, max) => {
    const { pool, table } = open(max);
    const rounds = 3;
    const own = await Promise.all(
      Array.from({ length: calls }, async (_, caller) => {
        const read: unknown[] = [];
        for (let round = 1; round <= rounds; round += 1) {
          const customer = await table.refreshAfter(() => place(pool, 100 + caller));
          const { rows } = await pool.query<{ n: number }>(
            `SELECT n::int FROM ${scene.schema}.totals WHERE customer_id = $1`,
            [customer],
          );
          read.push(rows[0]?.n);
        }
        return read;
      }),
    );
    expect(own).toEqual(Array.from({ length: calls }, () => [1, 2, 3]));
  });

  it('waits for another writer, and for another refresh', async () => {
    const { pool, table } = open();
    const writer = await db.connect();
    await writer.query('BEGIN');
    await order(writer, scene, 5);
    const other = await db.connect();
    await other.query('BEGIN');
    const refreshed = table.refreshAfter(() => place(pool, 3));
    await new Promise((resolve) => {
      setTimeout(resolve, 300);
    });
    await writer.query('COMMIT');
    await through(other, scene)
      .refresh()
      .catch(() => {});
    await other.query('COMMIT');
    expect(await refreshed).toBe(3);
    expect(await totalOf3(admin, scene)).toBe(6);
  });

  it('gives what the promise of the work does, of any kind', async () => {
    const { table } = open();
    const given = await table.refreshAfter(async () => ({ id: 1 }));
    expectTypeOf(given).toEqualTypeOf<{ id: number }>();
    expect(given).toEqual({ id: 1 });
    // oxlint-disable-next-line unicorn/no-thenable -- ORMs give such ones
    const thenable: PromiseLike<number> = { then: (resolve) => Promise.resolve(7).then(resolve) };
    expect(await table.refreshAfter(() => thenable)).toBe(7);
  });

  it.each<[string, () => unknown]>([
    ['nothing, as an arrow function with braces does', () => {}],
    ['a value', () => 7],
  ])('refreshes nothing where the work gives %s: nothing was waited for', async (_, work) => {
    const { table } = open();
    const before = await table.lastRefreshAt();
    await expect(table.refreshAfter(work as () => Promise<unknown>)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      operation: 'refreshAfter',
      message: expect.stringMatching(/has given no promise.*return it, or await it in an async function/) as string,
    });
    expect(await table.lastRefreshAt()).toEqual(before);
  });

  it('passes an error of the work unchanged, and refreshes nothing', async () => {
    const { table } = open();
    const before = await table.lastRefreshAt();
    const onPurpose = new Error('on purpose');
    await expect(table.refreshAfter(() => Promise.reject(onPurpose))).rejects.toBe(onPurpose);
    await expect(
      table.refreshAfter(() => {
        throw onPurpose;
      }),
    ).rejects.toBe(onPurpose);
    expect(await table.lastRefreshAt()).toEqual(before);
  });

  it('says that the write is committed when the refresh fails', async () => {
    const { pool, table } = open();
    await table.suspend();
    await expect(table.refreshAfter(() => place(pool, 3))).rejects.toMatchObject({
      code: 'SUSPENDED',
      operation: 'refreshAfter',
      schema: scene.schema,
      table: 'totals',
      sqlState: extension.refusal('22023'),
      message: expect.stringMatching(/^The write is committed, .*suspended/) as string,
      cause: { code: extension.refusal('22023') },
    });
    const missing = createPgStream(fromPg(pool)).table('missing');
    const error: unknown = await missing.refreshAfter(() => place(pool, 3)).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: 'StreamTableNotFoundError',
      code: 'NOT_FOUND',
      message: expect.stringMatching(/^The write is committed, /) as string,
    });
    await table.resume();
    await table.refresh();
    expect(await totalOf3(admin, scene)).toBe(2);
  });

  it.each<[string, RefreshAfterOptions]>([
    ['an option', { lockTimeoutMs: -1 }],
    ['skipping', { ifBusy: 'skip' as 'wait' }],
    ['a signal that has fired', { signal: AbortSignal.abort() }],
  ])('refuses %s before the work is run', async (what, options) => {
    const { table } = open();
    let ran = false;
    const refused = table.refreshAfter(async () => {
      ran = true;
    }, options);
    await expect(refused).rejects.toMatchObject({ code: what.includes('signal') ? 'ABORTED' : 'INVALID_ARGUMENT' });
    expect(ran).toBe(false);
  });

  it('is refused inside a transaction before the work is run, and where the work leaves one open', async () => {
    const client = await db.connect();
    const table = through(client, scene);
    let ran = false;
    const work = async () => {
      ran = true;
    };
    await client.query('BEGIN');
    await expect(table.refreshAfter(work)).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      operation: 'refreshAfter',
      message: expect.stringContaining('nothing was done') as string,
    });
    expect(ran).toBe(false);
    await client.query('ROLLBACK');
    await expect(table.refreshAfter(() => client.query('BEGIN'))).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    await client.query('ROLLBACK');
    await table.refreshAfter(work);
    expect(ran).toBe(true);
  });

  it('is done where nobody can tell whether there is a transaction', async () => {
    const client = await db.connect();
    const table = createPgStream(fromPg({ query: (text, values) => client.query(text, values) })).table(scene.name);
    await table.refreshAfter(() => order(client, scene, 4));
    expect(await totalOf3(admin, scene)).toBe(4);
  });
});
