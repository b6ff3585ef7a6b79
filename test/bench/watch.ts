import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createPgStream, type PgStreamEvents, type StreamTableName } from '@pgstream/core';
import { fromPg, listenWithPg } from '@pgstream/core/pg';
import { Client } from 'pg';

import { median, shuffled } from './interleaved.ts';

const STREAM_TABLES = 100;
const CHECKS = 100_000;

/** How often a second a question can be asked. */
export interface Checks {
  readonly name: string;
  readonly perSecond: number;
  /** Statements that all of its rounds sent. */
  readonly statements: number;
  readonly rounds: number;
}

/** The freshness of stream tables, asked of a watcher, and beside it of the server. */
export async function measureWatch(client: Client, rounds: number): Promise<Checks[]> {
  let statements = 0;
  const direct = fromPg(client);
  const pgstream = createPgStream({
    scope: direct.scope,
    transaction: 'none',
    query(text, params) {
      statements += 1;
      return direct.query(text, params);
    },
  });
  await client.query('CREATE TABLE orders (id int PRIMARY KEY, customer_id int, amount numeric)');
  const names = Array.from({ length: STREAM_TABLES }, (_, serial) => `totals_${serial}`);
  const query = 'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id';
  for (const name of names) await pgstream.create({ name, query, schedule: '5m', refreshMode: 'FULL' });
  await using watcher = await pgstream.watch(names, { pollMs: 60_000 });

  const qualified = names.map((name) => ({ schema: 'public', name }));
  const watching = (tables: readonly StreamTableName[], ask: (table: StreamTableName) => unknown) => async () => {
    for (let check = 0; check < CHECKS; check += 1) ask(tables[check % STREAM_TABLES]!);
    return CHECKS;
  };
  const cases = [
    { name: 'watcher.isStale(name)', run: watching(names, (table) => watcher.isStale(table)) },
    {
      name: 'watcher.isStale(name, { maxAgeMs })',
      run: watching(names, (table) => watcher.isStale(table, { maxAgeMs: 60_000 })),
    },
    { name: 'watcher.isStale({ schema, name })', run: watching(qualified, (table) => watcher.isStale(table)) },
    { name: 'watcher.stalenessMs(name)', run: watching(names, (table) => watcher.stalenessMs(table)) },
    { name: 'watcher.lastRefreshAt(name)', run: watching(names, (table) => watcher.lastRefreshAt(table)) },
    {
      name: 'isStale(), a query',
      async run() {
        for (let check = 0; check < STREAM_TABLES; check += 1) await pgstream.table(names[check]!).isStale();
        return STREAM_TABLES;
      },
    },
  ];
  const taken = new Map(cases.map((one) => [one, { perSecond: [] as number[], statements: 0 }]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const one of shuffled(cases)) {
      const before = statements;
      const start = performance.now();
      const checks = await one.run();
      const seconds = (performance.now() - start) / 1_000;
      // The first round is what compiles it.
      if (round === 0) continue;
      taken.get(one)!.perSecond.push(checks / seconds);
      taken.get(one)!.statements += statements - before;
    }
  }
  return cases.map((one) => ({
    name: one.name,
    ...taken.get(one)!,
    perSecond: median(taken.get(one)!.perSecond),
    rounds,
  }));
}

/** What many events cost whoever listens. */
export interface Heard {
  readonly name: string;
  readonly perSecond: number;
  /** More megabytes that the process holds afterwards. */
  readonly megabytes: number;
}

/** Sends many notifications at once to one who iterates, and to one who began to and takes nothing. */
export async function measureEvents(client: Client, url: string): Promise<Heard[]> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const held = (): number => {
    collect();
    return process.memoryUsage().heapUsed / 1_000_000;
  };
  const pgstream = createPgStream(fromPg(client));
  const measured: Heard[] = [];
  for (const number of [1_000, 10_000, 100_000]) {
    for (const isSlow of [false, true]) {
      await using events = await pgstream.events({
        listener: listenWithPg(() => new Client({ connectionString: url })),
      });
      const before = held();
      const iterator = events[Symbol.asyncIterator]();
      const all = heard(events, number);
      const start = performance.now();
      await client.query(
        `SELECT pg_notify('pg_stream_alert', format('{"event":"refresh_completed","pgs_schema":"public","pgs_name":"totals_%s","st":"public.totals_%1$s","action":"DIFFERENTIAL","rows_inserted":1,"rows_deleted":0,"duration_ms":1}', n))
           FROM generate_series(1, $1::int) n`,
        [number],
      );
      if (isSlow) await all;
      else for (let taken = 0; taken < number; taken += 1) await iterator.next();
      const perSecond = (number / (performance.now() - start)) * 1_000;
      measured.push({
        name: `${number} to one who ${isSlow ? 'takes none' : 'takes all'}`,
        perSecond,
        megabytes: held() - before,
      });
      await iterator.return?.();
    }
  }
  return measured;
}

function heard(events: PgStreamEvents, number: number): Promise<void> {
  let left = number;
  return new Promise((resolve) => {
    events.on('refresh_completed', () => {
      left -= 1;
      if (left === 0) resolve();
    });
  });
}
