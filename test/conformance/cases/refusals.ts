import { isPgStreamError, type PgStreamErrorCode, type RefreshOptions } from '@pgstream/core';
import type { Client as Connection } from 'pg';
import { expect, it } from 'vitest';
import { endOf, type Stage } from '../stage.ts';
import { byName } from './by-name.ts';

/** Somebody in the way of a refresh: on a connection of its own, until `end`. */
interface Obstacle {
  readonly begin: string;
  readonly end: string;
}

const OBSTACLES = {
  refreshing: {
    begin: `BEGIN; SELECT pgstream.refresh_stream_table('public.account_totals')`,
    end: 'ROLLBACK',
  },
  lock: {
    begin: `SELECT pg_advisory_lock(pgs_id) FROM pgstream.pgs_stream_tables WHERE pgs_schema = 'public' AND pgs_name = 'account_totals'`,
    end: 'SELECT pg_advisory_unlock_all()',
  },
  writing: { begin: 'BEGIN; INSERT INTO public.payments (account, amount) VALUES (700, 1)', end: 'ROLLBACK' },
  suspended: {
    begin: `SELECT pgstream.alter_stream_table('public.account_totals', status => 'SUSPENDED')`,
    end: `SELECT pgstream.resume_stream_table('public.account_totals')`,
  },
} as const satisfies Record<string, Obstacle>;

export const REFUSALS: readonly {
  readonly name: string;
  readonly obstacle: Obstacle;
  readonly code: PgStreamErrorCode;
  readonly options?: RefreshOptions;
}[] = [
  { name: 'busy: another transaction is refreshing it', obstacle: OBSTACLES.refreshing, code: 'REFRESH_BUSY' },
  { name: 'busy: another session holds its lock', obstacle: OBSTACLES.lock, code: 'REFRESH_BUSY' },
  {
    name: 'sources busy: another transaction is writing',
    obstacle: OBSTACLES.writing,
    code: 'SOURCES_BUSY',
    options: { lockTimeoutMs: 50 },
  },
  { name: 'suspended', obstacle: OBSTACLES.suspended, code: 'SUSPENDED' },
];

/** Runs `work` while an obstacle is in the way. */
export async function whileInTheWay(connection: Connection, obstacle: Obstacle, work: () => unknown): Promise<void> {
  await connection.query(obstacle.begin);
  try {
    await work();
  } finally {
    await connection.query(obstacle.end);
  }
}

export function refusalCases<Native>(stage: Stage<Native>): void {
  it.each(byName(REFUSALS))('%s', async (_, { obstacle, code, options }) => {
    const other = await stage.database.connect();
    const { refresh, isStale } = stage.client.helpers('accountTotals');
    await whileInTheWay(other, obstacle, async () => {
      const error = await endOf(() => refresh(options));
      expect(error).toSatisfy((value) => isPgStreamError(value, code), code);
      expect(error).toMatchObject({ schema: 'public', table: 'account_totals', operation: 'refresh' });
      // Who is not in the way of readers is not in the way of questions.
      expect(await isStale()).toBe(false);
    });
    expect(await refresh()).toMatchObject({ status: 'refreshed' });
  });

  it('busy, and to be skipped', async () => {
    const other = await stage.database.connect();
    const { refresh } = stage.client.helpers('accountTotals');
    await whileInTheWay(other, OBSTACLES.refreshing, async () => {
      expect(await refresh({ ifBusy: 'skip' })).toMatchObject({ status: 'skipped' });
    });
  });

  it('busy, and to be waited for', async () => {
    const other = await stage.database.connect();
    const { refresh } = stage.client.helpers('accountTotals');
    let waiting: ReturnType<typeof refresh> | undefined;
    await whileInTheWay(other, OBSTACLES.refreshing, () => {
      waiting = refresh({ ifBusy: 'wait' });
    });
    expect(await waiting).toMatchObject({ status: 'refreshed' });
  });

  it('aborted while it waits', async () => {
    const other = await stage.database.connect();
    const { refresh } = stage.client.helpers('accountTotals');
    await whileInTheWay(other, OBSTACLES.refreshing, async () => {
      const controller = new AbortController();
      const waiting = endOf(() => refresh({ ifBusy: 'wait', signal: controller.signal }));
      controller.abort();
      expect(await waiting).toMatchObject({ code: 'ABORTED' });
    });
    // What ended was the waiting: an attempt that was on its way is made, and the next case must not meet it.
    expect(await refresh({ ifBusy: 'wait' })).toMatchObject({ status: 'refreshed' });
  });

  it('options that mean nothing', async () => {
    const { refresh } = stage.client.helpers('accountTotals');
    const { length } = stage.client.sent;
    for (const options of [{ lockTimeoutMs: -1 }, { timeoutMs: 0 }, { ifBusy: 'hope' as never }]) {
      expect(await endOf(() => refresh(options))).toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    expect(stage.client.sent).toHaveLength(length);
  });
}
