import { isPgStreamError } from '@pgstream/core';
import { afterEach, describe, expect, it } from 'vitest';
import type { Session } from '../driver.ts';
import { endOf, type Stage } from '../stage.ts';
import { byName } from './by-name.ts';
import { REFUSALS, whileInTheWay } from './refusals.ts';

const account = 800;

export function transactionCases<Native>(stage: Stage<Native>): void {
  const none: unknown[] = [];
  const paid = (session: Session<Native>): Promise<unknown> =>
    session.find('accountTotals', { where: { account }, select: ['payments'] });
  const payments = (count: number): unknown => [{ payments: stage.driver.values.bigint(String(count)) }];
  const refreshedAt = (): Promise<Date | null> => stage.client.helpers('accountTotals').lastRefreshAt();

  afterEach(async () => {
    await stage.admin.query(`DELETE FROM public.payments WHERE account = ${account}`);
    await stage.client.helpers('accountTotals').refresh();
  });

  it('refresh() sees what the transaction wrote, and shows it to nobody else before the commit', async () => {
    const seen = await stage.client.transaction(async (session) => {
      await session.pay(account, 1);
      expect(await session.helpers('accountTotals').refresh()).toMatchObject({ status: 'refreshed', shared: false });
      return [await paid(session), await paid(stage.client)];
    });
    expect(seen).toEqual([payments(1), none]);
    expect(await paid(stage.client)).toEqual(payments(1));
  });

  it('a second refresh() sees what was written after the first', async () => {
    await stage.client.transaction(async (session) => {
      await session.pay(account, 1);
      await session.helpers('accountTotals').refresh();
      await session.pay(account, 1);
      await session.helpers('accountTotals').refresh();
      expect(await paid(session)).toEqual(payments(2));
    });
    expect(await paid(stage.client)).toEqual(payments(2));
  });

  it('questions are answered from inside of it', async () => {
    await stage.client.transaction(async (session) => {
      const at = await session.helpers('accountTotals').lastRefreshAt();
      await session.helpers('accountTotals').refresh();
      expect(await session.helpers('accountTotals').lastRefreshAt()).not.toEqual(at);
      expect(await refreshedAt()).toEqual(at);
      expect(await session.helpers('accountTotals').isStale()).toBe(false);
    });
  });

  it('a roll-back takes the refresh back, and the next one is right', async () => {
    const at = await refreshedAt();
    const onPurpose = new Error('rolled back on purpose');
    const work = stage.client.transaction(async (session) => {
      await session.pay(account, 1);
      await session.helpers('accountTotals').refresh();
      throw onPurpose;
    });
    expect(await endOf(() => work)).toBe(onPurpose);
    expect([await paid(stage.client), await refreshedAt()]).toEqual([none, at]);

    await stage.client.pay(account, 1);
    await stage.client.helpers('accountTotals').refresh();
    expect(await paid(stage.client)).toEqual(payments(1));
  });

  it('a nested one can be rolled back alone', async () => {
    await stage.client.transaction(async (session) => {
      await session.pay(account, 1);
      const nested = session.transaction(async (inner) => {
        await inner.helpers('accountTotals').refresh();
        throw new Error('rolled back on purpose');
      });
      expect(await endOf(() => nested)).toMatchObject({ message: 'rolled back on purpose' });
      expect(await paid(session)).toEqual(none);
    });
    await stage.client.helpers('accountTotals').refresh();
    expect(await paid(stage.client)).toEqual(payments(1));
  });

  describe('a refusal leaves it usable, with what it wrote', () => {
    it.each(byName(REFUSALS))('%s', async (_, { obstacle, code }) => {
      const other = await stage.database.connect();
      await whileInTheWay(other, obstacle, async () => {
        await stage.client.transaction(async (session) => {
          await session.sql(`INSERT INTO public.archive (customer_id) VALUES (${account})`);
          const error = await endOf(() => session.helpers('accountTotals').refresh());
          expect(error).toSatisfy((value) => isPgStreamError(value, code), code);
          expect(await session.count('orderTotals')).toBe(3);
        });
      });
      await expectKept();
    });

    it('not there', async () => {
      await stage.client.transaction(async (session) => {
        await session.sql(`INSERT INTO public.archive (customer_id) VALUES (${account})`);
        for (const method of ['isStale', 'lastRefreshAt', 'stalenessMs', 'status', 'refresh'] as const) {
          const error = await endOf(() => session.helpers('missing')[method]());
          expect(error).toSatisfy((value) => isPgStreamError(value, 'NOT_FOUND'));
        }
        expect(await session.count('orderTotals')).toBe(3);
      });
      await expectKept();
    });

    it.each(['repeatable read', 'serializable'] as const)('%s, in which no refresh is safe', async (isolation) => {
      await stage.client.transaction(
        async (session) => {
          await session.sql(`INSERT INTO public.archive (customer_id) VALUES (${account})`);
          const error = await endOf(() => session.helpers('accountTotals').refresh());
          expect(error).toSatisfy((value) => isPgStreamError(value, 'UNSAFE_ISOLATION'));
          expect(await session.count('orderTotals')).toBe(3);
        },
        { isolation },
      );
      await expectKept();
    });
  });

  describe('a connection of the pool that somebody left in one is no part of it', () => {
    const left = {
      'open, with a write': ['BEGIN', `INSERT INTO public.payments (account, amount) VALUES (${account}, 1000)`],
      failed: ['BEGIN', 'SELECT 1/0'],
    };
    describe.each(Object.entries(left))('%s', (_state, statements) => {
      it.each([
        ['refresh()', {}],
        ['refresh({ timeoutMs })', { timeoutMs: 60_000 }],
      ])('%s commits, and nothing stays locked', async (_name, options) => {
        const client = await stage.open(stage.database.url);
        await client.leave(statements);
        // The failure is answered before the server says that it is in a failed transaction.
        await expect.poll(idleInTransaction).toBe(1);
        await stage.admin.query(`INSERT INTO public.payments (account, amount) VALUES (${account}, 1)`);
        expect(await client.helpers('accountTotals').refresh(options)).toMatchObject({ status: 'refreshed' });
        const { rows } = await stage.admin.query(
          `SELECT paid::int FROM public.account_totals WHERE account = ${account}`,
        );
        expect(rows).toEqual([{ paid: 1 }]);
        const other = await stage.database.connect();
        await other.query(
          `SET lock_timeout = '10s'; INSERT INTO public.payments (account, amount) VALUES (${account}, 1)`,
        );
        expect(await client.helpers('accountTotals').isStale({ maxAgeMs: 60_000 })).toBe(false);
        expect(await client.count('orderTotals')).toBe(3);
      });
    });
  });

  async function idleInTransaction(): Promise<number> {
    const { rows } = await stage.admin.query<{ n: number }>(
      `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`,
    );
    return rows[0]?.n ?? 0;
  }

  async function expectKept(): Promise<void> {
    const { rowCount } = await stage.admin.query(`DELETE FROM public.archive WHERE customer_id = ${account}`);
    expect(rowCount).toBe(1);
  }
}
