import { PgClient } from '@effect/sql-pg';
import { gt, sql } from 'drizzle-orm';
import * as EffectDrizzle from 'drizzle-orm/effect-postgres';
import { Cause, Effect, Exit, Redacted } from 'effect';
import { describe, expect, it } from 'vitest';
import { guardStreamTables, streamTable } from '../../src/index.ts';
import { shopDatabase } from '../shop/database.ts';
import * as shop from '../shop/schema.ts';
import { NAMESAKES, relations } from './relations.ts';

const { orderTotals } = shop;
const x = orderTotals as unknown as shop.Writable;
const database = shopDatabase();

/** What an application does with a db of Effect's, and what came of it. */
function ended<T>(use: (db: Db) => Effect.Effect<T, unknown>): Promise<Exit.Exit<T, unknown>> {
  return Effect.runPromiseExit(
    Effect.gen(function* () {
      return yield* use(yield* EffectDrizzle.makeWithDefaults({ relations }));
    }).pipe(Effect.provide(PgClient.layer({ url: Redacted.make(database.url) }))),
  );
}
type Db = Effect.Success<ReturnType<typeof EffectDrizzle.makeWithDefaults<typeof relations>>>;

const all = [
  { customerId: 2, total: '7.25', orders: 1 },
  { customerId: 1, total: '15.50', orders: 2 },
];

describe('over effect-postgres', () => {
  it('a stream table is read', async () => {
    const rows = await ended((db) =>
      db.select().from(orderTotals).where(gt(orderTotals.total, '1')).orderBy(orderTotals.total),
    );
    expect(rows).toEqual(Exit.succeed(all));
  });

  it('relational queries are read', async () => {
    const client = await database.connect();
    await client.query(NAMESAKES);
    const found = await ended((db) =>
      db.query.customers.findFirst({ where: { id: 1 }, with: { totals: true, visited: true } }),
    );
    expect(found).toMatchObject(
      Exit.succeed({ name: 'Ada', totals: { total: '15.50' }, visited: { customerId: 1, value: '21.00' } }),
    );
  });

  it.each<[string, (db: Db) => Effect.Effect<unknown, unknown>]>([
    ['insert()', (db) => db.insert(x).values({ customerId: 9 })],
    ['update()', (db) => db.update(x).set({ total: '0' })],
    ['delete()', (db) => db.delete(x)],
    ['delete() in a transaction', (db) => db.transaction((tx) => tx.delete(x))],
    ['SQL text', (db) => db.execute(sql`delete from order_totals`)],
  ])('%s is refused on a guarded db, as a defect, and nothing is written', async (_name, write) => {
    const exit = await ended((db) => write(guardStreamTables(db)));
    const defects = Exit.isFailure(exit)
      ? exit.cause.reasons.filter(Cause.isDieReason).map(({ defect }) => defect)
      : [];
    expect(defects).toEqual([expect.objectContaining({ code: 'READ_ONLY', table: 'order_totals' })]);
    expect(await ended((db) => db.select().from(orderTotals).orderBy(orderTotals.total))).toEqual(Exit.succeed(all));
  });

  it('what is asked of a stream table takes another db, and says so', async () => {
    const exit = await ended((db) =>
      Effect.sync(() => {
        // @ts-expect-error its statements are no promises
        expect(() => streamTable(db, orderTotals)).toThrow(
          expect.objectContaining({
            code: 'INVALID_ARGUMENT',
            message: expect.stringContaining('This one is of Effect') as string,
          }),
        );
      }),
    );
    expect(exit).toEqual(Exit.succeed(undefined));
  });
});
