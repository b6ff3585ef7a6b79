import { startEmulator } from '@pgstream/emulator';
import { Client } from 'pg';

import { measureCompileTime } from './drizzle-types.ts';
import { measureDrizzle } from './drizzle.ts';
import { measurePrismaCompileTime } from './prisma-types.ts';
import { measurePrisma } from './prisma.ts';
import { explainIsStale, fillCatalog, historyRows, measureStaleness, streamTables } from './staleness.ts';

const rounds = Number(process.env['PGSTREAM_BENCH_ROUNDS'] ?? 1_000);

await using server = await startEmulator({ scheduler: false });
const url = await server.createDatabase('bench');
const client = new Client({ connectionString: url });
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

  console.log(`\nDrizzle: the same statement, without (base) and with what is measured.`);
  console.table(
    Object.fromEntries(
      (await measureDrizzle(client, rounds)).map(({ name, baseMs, medianMs, ratio, rounds: taken }) => [
        name,
        {
          'base ms': Number(baseMs.toFixed(3)),
          'median ms': Number(medianMs.toFixed(3)),
          ratio: Number(ratio.toFixed(3)),
          rounds: taken,
        },
      ]),
    ),
  );
  console.log(`\nPrisma: findMany() by three clients over one connection.`);
  console.table(
    Object.fromEntries(
      (await measurePrisma(client, url, rounds)).map(({ name, medianMs, toBare, toEmpty, rounds: taken }) => [
        name,
        {
          'median ms': Number(medianMs.toFixed(3)),
          'to no extension': Number(toBare.toFixed(3)),
          'to $extends({})': Number(toEmpty.toFixed(3)),
          rounds: taken,
        },
      ]),
    ),
  );
  const compileRounds = Math.ceil(rounds / 200);
  for (const [orm, checks] of [
    ['Drizzle', await measureCompileTime(compileRounds)],
    ['Prisma', await measurePrismaCompileTime(compileRounds)],
  ] as const) {
    console.log(`\nTypeScript, ${orm}: the whole check of a file with a query of each.`);
    console.table(
      Object.fromEntries(
        checks.map(({ name, medianMs, rounds: taken }) => [name, { 'median ms': Math.round(medianMs), rounds: taken }]),
      ),
    );
  }
} finally {
  await client.end();
}
