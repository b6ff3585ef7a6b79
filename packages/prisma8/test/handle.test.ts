import { createPgStream, StreamTableNotFoundError } from '@pgstream/core';
import { expectOverlappingQueries, onPgTrickle, testRole } from '@pgstream/harness';
import { budgets, lints } from '@prisma/orm-postgres/family-runtime';
import postgres from '@prisma/orm-postgres/runtime';
import pg from 'pg';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { fromPrisma, streamTables } from '../src/index.ts';
import { type Contract, contractJson, MODELS, note, open, openInTest, shopDatabase } from './shop/index.ts';

const database = shopDatabase();
const { db, base, sent } = open(database.url);
const totals = db.orm.public.OrderTotals;

beforeEach(() => {
  sent.length = 0;
});

async function totalOf(customerId: number, of: Pick<typeof db, 'orm'> = db): Promise<number> {
  return Number((await of.orm.public.OrderTotals.where({ customerId }).first())?.total);
}

/** The connection, and the transaction's number, which it has once it writes. */
async function identityOf(queryable: Pick<ReturnType<typeof db.runtime>, 'query'>): Promise<unknown> {
  const asked = base.raw.sql`select pg_backend_pid() as pid, pg_current_xact_id_if_assigned()::text as xid`;
  const [row] = await queryable.query(
    asked.returnsRow({ pid: 'pg/int4@1', xid: { codecId: 'pg/text@1', nullable: true } }).build(),
  );
  return row;
}

describe('the helpers', () => {
  it('answer for a stream table', async () => {
    expect(await totals.isStale()).toBe(false);
    expect(await totals.isStale({ maxAgeMs: 0 })).toBe(true);
    expect(await totals.lastRefreshAt()).toBeInstanceOf(Date);
    expect(await totals.stalenessMs()).toBeGreaterThanOrEqual(0);
    expect(await totals.status()).toMatchObject({ schema: 'public', name: 'order_totals', isPopulated: true });
    expect(await db.orm.analytics.RegionTotals.status()).toMatchObject({ schema: 'analytics', name: 'region_totals' });
  });

  it('are on no other model', () => {
    expect(db.orm.public.Order).not.toHaveProperty('isStale');
    expect(base.orm.public.OrderTotals).not.toHaveProperty('isStale');
  });

  it('refresh() brings in what was written', async () => {
    const total = await totalOf(2);
    await db.orm.public.Order.createAndCount([order(1000, 2, '1')]);
    expect(await totalOf(2)).toBe(total);
    expect(await totals.refresh()).toMatchObject({ status: 'refreshed', shared: false });
    expect(await totalOf(2)).toBe(total + 1);
    await totals.refreshAfter(() => db.orm.public.Order.where({ id: 1000 }).deleteAndCount());
    expect(await totalOf(2)).toBe(total);
    expect(await totals.refreshIfStale({ maxAgeMs: 3_600_000 })).toMatchObject({ status: 'fresh' });
    expect(await totals.waitUntilFresh({ maxAgeMs: 3_600_000 })).toHaveProperty('lastRefreshAt');
    expect(await totals.verify({ afterRefresh: true })).toMatchObject({ status: 'verified' });
  });

  it('share refreshes outside of transactions', async () => {
    const shared = await Promise.all([1, 2, 3].map(async () => (await totals.refresh()).shared));
    expect(shared).toEqual([false, true, true]);
  });

  it('have a time limit for a refresh, in a transaction of their own', async () => {
    expect(await totals.refresh({ timeoutMs: 60_000 })).toMatchObject({ status: 'refreshed' });
    expect(sent[0]).toBe('BEGIN');
    expect(sent.at(-1)).toBe('COMMIT');
  });

  it('tell a stream table that is not there', async () => {
    const elsewhere = openInTest(database.url);
    const admin = await database.connect();
    await admin.query(
      `SELECT pgstream.create_stream_table(name => 'public.gone', schedule => '1h', query => 'SELECT id FROM public.orders')`,
    );
    const there = createPgStream(fromPrisma(elsewhere.db)).table('gone');
    expect(await there.isStale()).toBe(false);
    await admin.query(`SELECT pgstream.drop_stream_table('public.gone')`);
    await admin.end();
    await expect(there.isStale()).rejects.toThrow(StreamTableNotFoundError);
  });

  it('say what is wrong with them, taken off their model', async () => {
    const { isStale } = totals;
    await expect(isStale()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('db.orm.public.OrderTotals.isStale()') as unknown,
    });
  });
});

describe('in a transaction they', () => {
  it('are part of it', async () => {
    const total = await totalOf(2);
    const work = db.transaction(async (tx) => {
      await tx.orm.public.Order.createAndCount([order(1001, 2, '1')]);
      const before = await identityOf(tx);
      expect(await tx.orm.public.OrderTotals.refresh()).toMatchObject({ status: 'refreshed', shared: false });
      expect(await identityOf(tx)).toEqual(before);
      expect(await totalOf(2, tx)).toBe(total + 1);
      expect(await totalOf(2)).toBe(total);
      throw new Error('roll back');
    });
    await expect(work).rejects.toThrow('roll back');
    expect(await totalOf(2)).toBe(total);
  });

  it('leave it usable when they are refused', async () => {
    const other = await database.connect();
    await other.query(`BEGIN; INSERT INTO orders VALUES (1002, 1, 'tea', 1)`);
    await db.transaction(async (tx) => {
      await tx.orm.public.Order.createAndCount([order(1003, 2, '1')]);
      await expect(tx.orm.public.OrderTotals.refresh()).rejects.toMatchObject({ code: 'SOURCES_BUSY' });
      expect(await tx.orm.public.Order.where({ id: 1003 }).deleteAndCount()).toBe(1);
    });
    await other.query('ROLLBACK');
    await other.end();
  });

  it('refuse an isolation in which they would lose changes', async () => {
    await db.transaction(async (tx) => {
      await tx.execute(db.raw.sql`set transaction isolation level repeatable read`.affectedCount().build());
      await expect(tx.orm.public.OrderTotals.refresh()).rejects.toMatchObject({ code: 'UNSAFE_ISOLATION' });
      expect(await tx.orm.public.Note.first()).toEqual({ id: 1, text: 'first' });
    });
  });
});

describe('fromPrisma()', () => {
  it('gives what is not about one model, also in a transaction', async () => {
    const all = ['bought', 'order_totals', 'product_totals', 'region_totals'];
    expect(await namesOf(db)).toEqual(all);
    expect(await db.transaction(async (tx) => await namesOf(tx))).toEqual(all);
  });

  it.each([{}, base])('refuses what extend() has not given', (client) => {
    expect(() => fromPrisma(client)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }) as Error);
  });
});

describe('over a connection that somebody has left in a transaction', () => {
  it.each([
    ['open', ['BEGIN', 'SELECT 1']],
    ['failed', ['BEGIN', 'SELECT 1 / 0']],
  ])('that is %s, they take another one', async (_state, statements) => {
    const there = openInTest(database.url, { pool: { max: 2 } });
    // Prisma's own first question, whose failure it keeps.
    await there.db.orm.public.Note.first();
    const connection = await there.pool.connect();
    for (const statement of statements) await connection.query(statement).catch(() => {});
    connection.release();
    expect(await there.db.orm.public.OrderTotals.refresh()).toMatchObject({ status: 'refreshed' });
    expect(await there.db.orm.public.OrderTotals.refresh({ timeoutMs: 60_000 })).toMatchObject({ status: 'refreshed' });
  });
});

describe('over one connection', () => {
  // Prisma sends on it beside its own transaction.
  expectOverlappingQueries();

  it('they work, in a transaction and outside', async () => {
    const { client } = await single();
    expect(await client.orm.public.OrderTotals.isStale()).toBe(false);
    expect(await client.orm.public.OrderTotals.refresh()).toMatchObject({ status: 'refreshed' });
    expect(await client.orm.public.OrderTotals.refresh({ timeoutMs: 60_000 })).toMatchObject({ status: 'refreshed' });
    await client.transaction(async (tx) => {
      expect(await tx.orm.public.OrderTotals.refresh()).toMatchObject({ status: 'refreshed' });
    });
  });

  it('they refuse to be in a transaction unknowingly, and that stays usable', async () => {
    const { client } = await single();
    await client.transaction(async (tx) => {
      await tx.orm.public.Note.first();
      await expect(client.orm.public.OrderTotals.refresh()).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('tx.orm') as unknown,
      });
      expect(await tx.orm.public.Note.first()).toEqual({ id: 1, text: 'first' });
    });
    expect(await client.orm.public.OrderTotals.refresh()).toMatchObject({ status: 'refreshed' });
  });

  it('and not where there are others', async () => {
    await db.transaction(async (tx) => {
      await tx.orm.public.Note.first();
      expect(await totals.isStale()).toBe(false);
    });
  });
});

describe('with middleware of Prisma’s', () => {
  const all = { selectStar: 'error', noLimit: 'error', readOnlyMutation: 'error' } as const;

  it.each([
    ['lints()', lints()],
    ['budgets()', budgets()],
  ])('%s they work', async (_name, middleware) => {
    const { db: there } = openInTest(database.url, { middleware: [middleware] });
    expect(await there.orm.public.OrderTotals.isStale()).toBe(false);
    expect(await there.orm.public.OrderTotals.status()).toMatchObject({ name: 'order_totals' });
    expect(await there.orm.public.OrderTotals.refresh()).toMatchObject({ status: 'refreshed' });
  });

  it('that refuses their statements, they say what to do', async () => {
    const { db: there } = openInTest(database.url, { middleware: [lints({ severities: all })] });
    await expect(there.orm.public.OrderTotals.isStale()).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/LINT\.NO_LIMIT.*lints\(\).*"warn"/) as unknown,
      cause: { code: 'LINT.NO_LIMIT' },
    });
  });

  it('that finds them slow, they say that it was done', async () => {
    const { db: there } = openInTest(database.url, {
      middleware: [budgets({ maxLatencyMs: -1, severities: { latency: 'error' } })],
    });
    await expect(there.orm.public.OrderTotals.refresh()).rejects.toMatchObject({
      code: 'TIMEOUT',
      message: expect.stringContaining('maxLatencyMs') as unknown,
    });
  });
});

describe('what the server refuses', () => {
  it.skipIf(onPgTrickle)('of a write whose change pg_stream cannot capture is explained', async () => {
    const role = await testRole();
    const admin = await database.connect();
    await admin.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON public.orders, public.customers TO ${role.name}`);
    await admin.end();
    const { db: there } = openInTest(role.url(database.url));
    const explained = { code: 'PERMISSION_DENIED', message: expect.stringContaining('sourceWriterSql') as unknown };
    const { Order, Customer } = there.orm.public;
    await expect(Order.createAndCount([order(1004, 1, '1')])).rejects.toMatchObject(explained);
    await expect(Order.createAll([order(1004, 1, '1')])).rejects.toMatchObject(explained);
    await expect(Order.where({ id: 1 }).update({ product: 'rum' })).rejects.toMatchObject(explained);
    await expect(Customer.where({ id: 1 }).update({ orders: (o) => o.connect({ id: 3 }) })).rejects.toMatchObject(
      explained,
    );
    const work = there.transaction(async (tx) => await tx.orm.public.Order.where({ id: 1 }).deleteAndCount());
    await expect(work).rejects.toMatchObject(explained);
  });
});

function order(id: number, customerId: number, amount: string) {
  return { id, customerId, amount: amount as never, product: 'tea' };
}

async function namesOf(client: object): Promise<string[]> {
  return (await createPgStream(fromPrisma(client)).list()).map(({ name }) => name).toSorted();
}

/** A client over one connection. */
async function single() {
  const texts: string[] = [];
  const connection = new pg.Client({ connectionString: database.url });
  note(connection, texts);
  const guard = streamTables(contractJson, MODELS);
  const client = postgres<Contract>({ contractJson, pg: connection, middleware: [guard.middleware] });
  onTestFinished(() => connection.end());
  return { client: guard.extend(client), texts };
}
