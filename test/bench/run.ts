import { startEmulator } from '@pgstream/emulator';
import { Client } from 'pg';

import { explainIsStale, fillCatalog, historyRows, measureStaleness, streamTables } from './staleness.ts';

const rounds = Number(process.env['PGSTREAM_BENCH_ROUNDS'] ?? 1_000);

await using server = await startEmulator({ scheduler: false });
const client = new Client({ connectionString: await server.createDatabase('bench') });
await client.connect();
try {
  console.log(`Filling the catalog: ${streamTables} stream tables, ${historyRows} rows of refresh history …`);
  await fillCatalog(client);
  const plans = await explainIsStale(client);
  console.log(`isStale() sends ${plans.length} statement:\n${plans.join('\n\n')}`);
  const measured = await measureStaleness(client, rounds);
  const base = measured[0]?.medianMs ?? Number.NaN;
  console.log(`\nIs this stream table stale? One connection, medians of rounds that take turns.`);
  console.table(
    Object.fromEntries(
      measured.map(({ name, medianMs, rounds: taken }) => [
        name,
        { 'median ms': Number(medianMs.toFixed(3)), ratio: Number((medianMs / base).toFixed(2)), rounds: taken },
      ]),
    ),
  );
} finally {
  await client.end();
}
