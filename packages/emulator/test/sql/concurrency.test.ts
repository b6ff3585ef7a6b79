import { setTimeout as sleep } from 'node:timers/promises';
import { connect, freshDatabase, onEmulator, onPgTrickle } from '@pgstream/harness';
import type { Client } from 'pg';
import { beforeEach, describe, expect, test } from 'vitest';

let url: string;
let client: Client;

const refresh = (by: Client): Promise<unknown> => by.query("SELECT pgstream.refresh_stream_table('public.totals')");
const insert = (by: Client, id: number, customer: number): Promise<unknown> =>
  by.query('INSERT INTO orders VALUES ($1, $2)', [id, customer]);
const totals = async (): Promise<unknown[]> =>
  (await client.query('SELECT customer_id, n::int FROM totals ORDER BY 1')).rows;

beforeEach(async () => {
  url = await freshDatabase();
  client = await connect(url);
  await client.query('CREATE TABLE orders (id int PRIMARY KEY, customer_id int); INSERT INTO orders VALUES (1, 1)');
  await client.query(
    "SELECT pgstream.create_stream_table('public.totals', 'SELECT customer_id, count(*) AS n FROM public.orders GROUP BY 1')",
  );
  await refresh(client);
});

/** Waits until some session waits for a lock. */
async function untilSomebodyWaits(): Promise<void> {
  for (;;) {
    const { rows } = await client.query(
      "SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    );
    if (rows.length > 0) return;
    await sleep(10);
  }
}

describe.runIf(onEmulator)('concurrent refreshes (emulator only)', { timeout: 60_000 }, () => {
  test.skipIf(onPgTrickle)(
    'one waits for another that has not committed, and does not insert its rows again (pg_stream alone)',
    async () => {
      const other = await connect(url);
      await insert(client, 2, 2);
      await other.query('BEGIN');
      await refresh(other);
      // On a third session: `client` has to be free to look.
      const third = await connect(url);
      const second = refresh(third);
      await untilSomebodyWaits();
      await other.query('COMMIT');
      await second;
      expect(await totals()).toEqual([
        { customer_id: 1, n: 1 },
        { customer_id: 2, n: 1 },
      ]);
    },
  );

  test('many writers and refreshers: refused as busy or right, and a forgotten frontier brings back what was lost', async () => {
    const writers = await Promise.all(Array.from({ length: 4 }, () => connect(url)));
    const refreshers = await Promise.all(Array.from({ length: 3 }, () => connect(url)));
    const writing = new AbortController();
    const problems: unknown[] = [];
    const refreshing = refreshers.map(async (each) => {
      while (!writing.signal.aborted) {
        await refresh(each).catch((error: Error) => {
          if (!error.message.startsWith('refresh skipped: ')) problems.push(error.message);
        });
        await sleep(5);
      }
    });
    await Promise.all(
      writers.map(async (each, number) => {
        for (let i = 0; i < 100; i += 1) await insert(each, 1_000 * (number + 1) + i, (number * i) % 17);
      }),
    );
    writing.abort();
    await Promise.all(refreshing);
    expect(problems).toEqual([]);
    await client.query('UPDATE pgstream.pgs_stream_tables SET frontier = NULL');
    await refresh(client);
    const { rows } = await client.query('SELECT customer_id, count(*)::int AS n FROM orders GROUP BY 1 ORDER BY 1');
    expect(await totals()).toEqual(rows);
    const { rows: locks } = await client.query(
      "SELECT FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    );
    expect(locks).toEqual([]);
  });
});
