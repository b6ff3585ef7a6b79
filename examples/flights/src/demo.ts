import { createPgStream, type PgStream } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { guardStreamTables, streamTable } from '@pgstream/drizzle';
import { extensionNamed, startEmulator } from '@pgstream/emulator';
import { desc, eq, sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { Pool } from 'pg';

import { createTables, insertFlights, readFlights } from './load.ts';
import { flights, originDelays, stateDelays } from './schema.ts';
import { heading, line, printTable, refusal } from './terminal.ts';
import { createStreamTables } from './stream-tables.ts';

const asked = extensionNamed(process.env['PGSTREAM_TEST_EXTENSION']);
await using server = await startEmulator({ scheduler: false, ...asked });
// On pg_stream the shortest schedule is a minute unless a superuser says otherwise; a demonstration cannot wait that long.
const pool = new Pool({
  connectionString: await server.createDatabase('flights'),
  options: '-c pg_stream.min_schedule_seconds=1',
});
try {
  await demonstrate();
} finally {
  await pool.end();
}

async function demonstrate(): Promise<void> {
  const db = guardStreamTables(drizzle(pool));
  const pgstream = createPgStream(fromPg(pool));
  const OriginDelays = streamTable(db, originDelays);
  const StateDelays = streamTable(db, stateDelays);

  const everyFlight = await readFlights();
  const lastWeek = everyFlight.findIndex(({ scheduledAt }) => scheduledAt >= '2001/03/25');
  const { name, version } = await pgstream.extension();
  const { rows } = await pool.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
  heading(
    `PostgreSQL ${rows[0]?.version} with ${name} ${version}, started for this demonstration at ${new URL(server.url).host}`,
  );
  await createTables(db);
  await insertFlights(db, everyFlight.slice(0, lastWeek));
  line(
    `${count(lastWeek)} flights of January to March 2001 loaded (vega-datasets, after the US Bureau of Transportation Statistics).`,
  );
  await createStreamTables(pgstream, { schedule: '2s' });

  heading('Two stream tables: delays by airport, and by state on top of them');
  await printStatus(pgstream);
  line('What they hold, read through typed Drizzle models:');
  await printStates();

  heading('They are read-only');
  // @ts-expect-error A stream table cannot be inserted into: this does not compile.
  await refusal('insert', () => db.insert(stateDelays).values({ state: 'CA' }));
  // @ts-expect-error Nor updated.
  await refusal('update', () => db.update(stateDelays).set({ flights: 0 }));
  // @ts-expect-error Nor deleted from.
  await refusal('delete', () => db.delete(stateDelays).where(eq(stateDelays.state, 'CA')));

  heading(`The last week arrives: ${count(everyFlight.length - lastWeek)} more flights`);
  await insertFlights(db, everyFlight.slice(lastWeek));
  await printFreshness();
  line('Time passes …');
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  await printFreshness();

  heading('refresh()');
  for (const [label, model] of [
    ['OriginDelays', OriginDelays],
    ['StateDelays', StateDelays],
  ] as const) {
    const { status, durationMs } = await model.refresh();
    line(`${label}.refresh()  →  ${status} in ${Math.round(durationMs)} ms`);
  }
  await printFreshness();
  await printStates();
  await printStatus(pgstream);

  async function printStates(): Promise<void> {
    const states = await db.select().from(stateDelays).orderBy(desc(stateDelays.meanDelay)).limit(5);
    printTable(
      ['state', 'airports', 'flights', 'mean delay, minutes'],
      states.map((row) => [row.state, row.airports, row.flights, row.meanDelay.toFixed(2)]),
    );
  }

  async function printFreshness(): Promise<void> {
    const inTables = await db.$count(flights);
    const [seen] = await db
      .select({ flights: sql<number>`sum(${originDelays.flights})`.mapWith(Number) })
      .from(originDelays);
    line(
      `${count(inTables)} flights, of which OriginDelays has seen ${count(seen?.flights ?? 0)}; ` +
        `isStale() is ${await OriginDelays.isStale()}, lastRefreshAt() ${(await OriginDelays.lastRefreshAt())?.toISOString()}`,
    );
  }
}

async function printStatus(pgstream: PgStream): Promise<void> {
  const tables = await pgstream.list();
  printTable(
    ['stream table', 'status', 'refresh mode', 'schedule', 'stale', 'staleness'],
    tables.map((table) => [
      `${table.schema}.${table.name}`,
      table.status,
      table.refreshMode,
      table.schedule.text,
      table.isStale,
      table.stalenessMs === null ? 'never refreshed' : `${(table.stalenessMs / 1_000).toFixed(1)} s`,
    ]),
  );
}

function count(rows: number): string {
  return rows.toLocaleString('en');
}
