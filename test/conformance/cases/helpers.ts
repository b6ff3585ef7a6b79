import { createPgStream, isPgStreamError } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { afterEach, describe, expect, it } from 'vitest';
import type { Helpers } from '../driver.ts';
import type { StreamModel } from '../shop/index.ts';
import { endOf, type Stage } from '../stage.ts';
import { byName } from './by-name.ts';

const QUESTIONS = ['isStale', 'lastRefreshAt', 'stalenessMs', 'status'] as const satisfies (keyof Helpers)[];

const NULL_CASES: readonly {
  readonly name: string;
  readonly model: StreamModel;
  readonly stale: boolean | null;
  readonly filled: boolean;
}[] = [
  { name: 'never filled: stale, without a time', model: 'neverFilled', stale: true, filled: false },
  { name: 'a cron schedule: null, there is no bound', model: 'byCron', stale: null, filled: true },
  { name: 'a calculated schedule: null, there is no bound', model: 'calculated', stale: null, filled: true },
];

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** What the other side of an HTTP answer has of a value, once it has made Dates of instants. */
function throughJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), dateOfInstant) as unknown;
}

function dateOfInstant(_key: string, value: unknown): unknown {
  return typeof value === 'string' && INSTANT.test(value) ? new Date(value) : value;
}

export function helperCases<Native>(stage: Stage<Native>): void {
  const account = 600;
  const helpers = (model: StreamModel = 'accountTotals'): Helpers => stage.client.helpers(model);
  const paid = async (): Promise<unknown> =>
    (await stage.client.find('accountTotals', { where: { account }, select: ['payments'] }))[0]?.['payments'];

  afterEach(async () => {
    await stage.admin.query(`DELETE FROM public.payments WHERE account >= ${account}`);
    await helpers().refresh();
  });

  it('there are nine, and none to create, alter or drop', () => {
    const given = helpers() as unknown as Record<string, unknown>;
    for (const method of [...QUESTIONS, 'verify', 'refresh', 'refreshIfStale', 'refreshAfter', 'waitUntilFresh'])
      expect(given[method]).toBeTypeOf('function');
    for (const method of ['create', 'alter', 'suspend', 'resume', 'drop']) expect(given[method]).toBeUndefined();
  });

  it('nothing is sent before one is called', () => {
    const { length } = stage.client.sent;
    helpers();
    expect(stage.client.sent).toHaveLength(length);
  });

  it('fresh', async () => {
    expect(await helpers().isStale()).toBe(false);
    expect(await helpers().isStale({ maxAgeMs: 3_600_000 })).toBe(false);
    expect(await helpers().isStale({ maxAgeMs: 0 })).toBe(true);
    expect(await helpers().lastRefreshAt()).toBeInstanceOf(Date);
    expect(await helpers().stalenessMs()).toBeGreaterThanOrEqual(0);
    expect(await helpers().status()).toMatchObject({
      schema: 'public',
      name: 'account_totals',
      status: 'ACTIVE',
      isPopulated: true,
      isStale: false,
    });
  });

  describe('what is given goes through JSON and loses nothing', () => {
    it.each(QUESTIONS)('%s()', async (method) => {
      for (const model of ['accountTotals', 'neverFilled', 'byCron'] as const) {
        const answer = await helpers(model)[method]();
        expect(throughJson(answer)).toStrictEqual(answer);
      }
    });

    it('refresh()', async () => {
      const result = await helpers().refresh();
      expect(throughJson(result)).toStrictEqual(result);
    });

    it('list()', async () => {
      const all = await stage.client.pgstream().list();
      expect(all.map(({ name }) => name)).toContain('account_totals');
      expect(throughJson(all)).toStrictEqual(all);
    });

    it('history(), with an id beyond 2^53', async () => {
      // As the scheduler writes them: refresh() leaves none.
      await stage.admin.query(`
        INSERT INTO pgstream.pgs_refresh_history (refresh_id, pgs_id, data_timestamp, start_time, end_time, action, rows_inserted, status)
        SELECT 9007199254740993, pgs_id, now(), now(), now(), 'FULL', 3, 'COMPLETED'
        FROM pgstream.pgs_stream_tables WHERE pgs_schema = 'public' AND pgs_name = 'account_totals'`);
      const records = await stage.client.pgstream().table('account_totals').history({ limit: 1 });
      await stage.admin.query('DELETE FROM pgstream.pgs_refresh_history WHERE refresh_id = 9007199254740993');
      expect(records).toMatchObject([{ id: '9007199254740993', rowsInserted: 3 }]);
      expect(throughJson(records)).toStrictEqual(records);
    });
  });

  it('stale, after the time of its schedule', async () => {
    await stage.admin.query(`
      UPDATE pgstream.pgs_stream_tables
      SET data_timestamp = now() - interval '61 minutes', last_refresh_at = now() - interval '61 minutes'
      WHERE pgs_schema = 'public' AND pgs_name = 'account_totals'`);
    expect(await helpers().isStale()).toBe(true);
    expect(await helpers().isStale({ maxAgeMs: 3_600_000 })).toBe(true);
    expect(await helpers().isStale({ maxAgeMs: 7_200_000 })).toBe(false);
    expect(await helpers().stalenessMs()).toBeGreaterThan(3_660_000);
    await helpers().refresh();
    expect(await helpers().isStale()).toBe(false);
  });

  it.each(byName(NULL_CASES))('%s', async (_, { model, stale, filled }) => {
    expect(await helpers(model).isStale()).toBe(stale);
    expect(await helpers(model).isStale({ maxAgeMs: 3_600_000 })).toBe(!filled);
    expect((await helpers(model).lastRefreshAt()) instanceof Date).toBe(filled);
    expect(await helpers(model).stalenessMs()).toSatisfy((age) => (filled ? Number(age) >= 0 : age === null));
    expect(await helpers(model).status()).toMatchObject({ isPopulated: filled, isStale: stale });
  });

  it('refresh() brings in what was written, and moves lastRefreshAt()', async () => {
    const at = await helpers().lastRefreshAt();
    await stage.client.pay(account, 40);
    expect(await paid()).toBeUndefined();
    expect(await helpers().refresh()).toMatchObject({ status: 'refreshed', shared: false });
    expect(await paid()).toEqual(stage.driver.values.bigint('1'));
    expect((await helpers().lastRefreshAt())?.getTime()).toBeGreaterThan(at?.getTime() ?? Infinity);
  });

  it('refreshes that overlap are shared, and each has its caller’s own write', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const mine = account + index;
        await stage.client.pay(mine, 1);
        const { shared } = await helpers().refresh();
        return { shared, seen: await stage.client.find('accountTotals', { where: { account: mine } }) };
      }),
    );
    for (const { seen } of results) expect(seen).toHaveLength(1);
    expect(results.filter(({ shared }) => shared)).not.toEqual([]);
  });

  describe('verify()', () => {
    it('shows what is missing, as age or as none after a refresh, of which no trace is left', async () => {
      expect(await helpers().verify()).toMatchObject({ status: 'verified', afterRefresh: false });
      await stage.client.pay(account, 40);
      const at = await helpers().lastRefreshAt();
      expect(await helpers().verify()).toMatchObject({
        status: 'different',
        missing: { count: 1, sample: [{ copies: 1, values: { account: String(account), payments: '1' } }] },
        surplus: { count: 0, sample: [] },
      });
      expect(await helpers().verify({ afterRefresh: true })).toMatchObject({ status: 'verified', afterRefresh: true });
      expect([await paid(), await helpers().lastRefreshAt()]).toEqual([undefined, at]);
    });

    it('finds damage, and what is found goes through JSON', async () => {
      await stage.admin.query('BEGIN');
      await stage.admin.query('SET LOCAL session_replication_role = replica');
      await stage.admin.query('UPDATE public.account_totals SET payments = payments + 1');
      await stage.admin.query('COMMIT');
      const found = await helpers().verify({ afterRefresh: true });
      await stage.client.pgstream().table('account_totals').repair();
      expect(found.status).toBe('different');
      expect(throughJson(found)).toStrictEqual(found);
      expect(await helpers().verify()).toMatchObject({ status: 'verified' });
    });

    it('in a transaction sees its writes, and leaves it usable', async () => {
      const rolledBack = new Error('rolled back on purpose');
      const work = stage.client.transaction(async (session) => {
        await session.pay(account, 40);
        expect(await session.helpers('accountTotals').verify()).toMatchObject({ status: 'different' });
        const error = await endOf(() => session.helpers('accountTotals').verify({ afterRefresh: true }));
        expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', operation: 'verify' });
        await session.pay(account + 1, 40);
        throw rolledBack;
      });
      expect(await endOf(() => work)).toBe(rolledBack);
    });
  });

  describe('refreshIfStale()', () => {
    it('does nothing to what is fresh', async () => {
      const at = await helpers().lastRefreshAt();
      expect(await helpers().refreshIfStale({ maxAgeMs: 3_600_000 })).toMatchObject({ status: 'fresh', shared: false });
      expect(await helpers().lastRefreshAt()).toEqual(at);
    });

    it('refreshes what is not, once for all that call at the same time', async () => {
      await stage.client.pay(account, 40);
      await new Promise((resolve) => setTimeout(resolve, 20));
      const results = await Promise.all(Array.from({ length: 10 }, () => helpers().refreshIfStale({ maxAgeMs: 10 })));
      expect(results.filter(({ shared }) => !shared).map(({ status }) => status)).toEqual(['refreshed']);
      expect(await paid()).toEqual(stage.driver.values.bigint('1'));
    });

    it('wants a bound where the schedule gives none', async () => {
      const error = await endOf(() => helpers('calculated').refreshIfStale());
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', table: 'calculated' });
    });
  });

  describe('waitUntilFresh()', () => {
    it('is over at once where it is fresh', async () => {
      const lastRefreshAt = await helpers().lastRefreshAt();
      const waited = await helpers().waitUntilFresh();
      expect(waited).toEqual({ waitedMs: expect.any(Number) as number, lastRefreshAt });
      expect(await helpers().waitUntilFresh({ maxAgeMs: 3_600_000 })).toMatchObject({ lastRefreshAt });
    });

    it('waits until what was committed before is in', async () => {
      await stage.client.pay(account, 40);
      const since = await createPgStream(fromPg(stage.admin)).currentLsn();
      const waits = Array.from({ length: 10 }, () => helpers().waitUntilFresh({ since, pollMs: 50 }));
      const isOver = new AbortController();
      const over = Promise.all(waits).finally(() => isOver.abort());
      // As a job does; the first look of the waits may come after a refresh.
      while (!isOver.signal.aborted) await helpers().refresh();
      expect(await over).toHaveLength(10);
      expect(await paid()).toEqual(stage.driver.values.bigint('1'));
    });

    it('says how stale it still is when its time is over', async () => {
      const error = await endOf(() => helpers().waitUntilFresh({ maxAgeMs: 0, timeoutMs: 30 }));
      expect(error).toMatchObject({ code: 'TIMEOUT', operation: 'waitUntilFresh' });
      expect(error).toHaveProperty('message', expect.stringContaining('Its last refresh began'));
    });

    it('wants a bound where the schedule gives none', async () => {
      const error = await endOf(() => helpers('calculated').waitUntilFresh());
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', table: 'calculated' });
    });
  });

  describe('refreshAfter()', () => {
    it('writes in a transaction and refreshes after it, for many at once: each has its own write', async () => {
      const seen = await Promise.all(
        Array.from({ length: 20 }, async (_, index) => {
          const mine = account + index;
          const write = () =>
            stage.client.transaction(async (session) => {
              await session.pay(mine, 1);
              return mine;
            });
          const where = { account: await helpers().refreshAfter(write) };
          return await stage.client.find('accountTotals', { where, select: ['payments'] });
        }),
      );
      expect(seen).toEqual(Array.from(seen, () => [{ payments: stage.driver.values.bigint('1') }]));
    });

    it('passes an error of the work unchanged, and refreshes nothing', async () => {
      const at = await helpers().lastRefreshAt();
      const onPurpose = new Error('on purpose');
      const work = () =>
        stage.client.transaction(async (session) => {
          await session.pay(account, 40);
          throw onPurpose;
        });
      expect(await endOf(() => helpers().refreshAfter(work))).toBe(onPurpose);
      expect([await helpers().lastRefreshAt(), await paid()]).toEqual([at, undefined]);
    });

    it('has written when its refresh fails, and says so', async () => {
      const error = await endOf(() => helpers('missing').refreshAfter(() => stage.client.pay(account, 40)));
      expect(error).toMatchObject({ code: 'NOT_FOUND', operation: 'refreshAfter', table: 'not_there' });
      expect(error).toMatchObject({ message: expect.stringMatching(/^The write is committed, /) as string });
      await helpers().refresh();
      expect(await paid()).toEqual(stage.driver.values.bigint('1'));
    });

    it('is refused in a transaction before anything is written, and leaves it usable', async () => {
      let ran = false;
      const work = async (): Promise<void> => {
        ran = true;
      };
      await stage.client.transaction(async (session) => {
        const error = await endOf(() => session.helpers('accountTotals').refreshAfter(work));
        expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', operation: 'refreshAfter' });
        await session.pay(account, 40);
      });
      expect(ran).toBe(false);
      await helpers().refresh();
      expect(await paid()).toEqual(stage.driver.values.bigint('1'));
    });
  });

  describe('a name that is not there is an error that names it', () => {
    it.each([...QUESTIONS, 'verify', 'refresh', 'refreshIfStale', 'waitUntilFresh'] as const)(
      '%s()',
      async (method) => {
        const error = await endOf(() => helpers('missing')[method]());
        expect(error).toSatisfy((value) => isPgStreamError(value, 'NOT_FOUND'));
        expect(error).toMatchObject({ name: 'StreamTableNotFoundError', schema: 'public', table: 'not_there' });
      },
    );
  });
}
