import { startEmulator } from '@pgstream/emulator';
import { Client } from 'pg';

import { measureAdmin } from './admin.ts';
import type { Ratio } from './against.ts';
import { measureCli } from './cli.ts';
import type { CompileCost } from './compile-cost.ts';
import { measureCompileCost } from './drizzle-types.ts';
import { measureDrizzle } from './drizzle.ts';
import { measureEmulator } from './emulator.ts';
import { measureGenerate } from './generate.ts';
import { buildsOf, measureHot } from './hot.ts';
import { measureCallers } from './hot-callers.ts';
import { measurePlan, plannedTables } from './plan.ts';
import { measurePrismaCompileCost } from './prisma-types.ts';
import { measurePrisma } from './prisma.ts';
import { measureRefresh } from './refresh.ts';
import { compareSeen, measureLooks, measureMemory, measureStart } from './statement.ts';
import { explainIsStale, fillCatalog, historyRows, measureStaleness, streamTables } from './staleness.ts';
import { measureTypeOrm } from './typeorm.ts';
import { measureWaiters, measureWaitMemory } from './waiting.ts';
import { measureEvents, measureWatch } from './watch.ts';
import { measureVerify, verifiedRows } from './verify.ts';
import { measureWrites } from './writes.ts';

const rounds = Number(process.env['PGSTREAM_BENCH_ROUNDS'] ?? 1_000);
const compileRounds = Math.ceil(rounds / 200);

/** The benchmarks by name, each with what it prints. */
const BENCHMARKS: Readonly<Record<string, (client: Client, url: string) => Promise<void>>> = {
  async staleness(client) {
    console.log(`Filling the catalog: ${streamTables} stream tables, ${historyRows} rows of refresh history …`);
    await fillCatalog(client);
    const plans = await explainIsStale(client);
    console.log(`isStale() sends ${plans.length} statement:\n${plans.join('\n\n')}`);
    const measured = await measureStaleness(client, rounds);
    const base = measured[0]?.medianMs ?? Number.NaN;
    print('Is this stream table stale? One connection, medians of rounds that take turns.', measured, (one) => ({
      'median ms': rounded(one.medianMs),
      ratio: rounded(one.medianMs / base),
    }));
  },
  async refresh() {
    printRatios(
      'A refresh, and the question for its age, beside the bare SQL (base).',
      await measureRefresh(Math.ceil(rounds / 3)),
    );
  },
  async hot() {
    const builds = await buildsOf(process.env['PGSTREAM_BENCH_BEFORE']);
    print('Writers beside refreshers.', await measureHot(server, builds), (one) => ({
      'writes per s': Math.round(one.writesPerSecond),
      'p50 ms': rounded(one.p50Ms),
      'p99 ms': rounded(one.p99Ms),
      refreshes: one.refreshes,
      shared: one.shared,
      refused: one.refused,
      'in transactions': one.refreshesInTransactions,
      'rows lost': one.rowsLost,
    }));
    print('Callers.', await measureCallers(server, builds, Math.ceil(rounds / 50)), ({ seen }) => ({
      seen: rounded(seen),
    }));
  },
  async watch(client, url) {
    const checks = await measureWatch(client, Math.ceil(rounds / 20));
    print('Is this stream table stale? Of a watcher, and of the server.', checks, ({ perSecond, statements }) => ({
      'checks per s': Math.round(perSecond),
      statements,
    }));
    print('Notifications of one transaction.', await measureEvents(client, url), ({ perSecond, megabytes }) => ({
      'events per s': Math.round(perSecond),
      'more MB': rounded(megabytes),
    }));
  },
  async waiting(client, url) {
    const waited = await measureWaiters(client, url);
    print('1,000 who wait for 50 stream tables.', waited, (one) => ({
      'statements per s': rounded(one.statementsPerSecond),
      'per stream table and s': rounded(one.perStreamTable),
      'known after ms': Math.round(one.knownAfterMs),
    }));
    print('Memory after waits.', await measureWaitMemory(url), ({ megabytes }) => ({ 'more MB': rounded(megabytes) }));
  },
  async verify(client, url) {
    print(
      `verify() of ${verifiedRows} rows, beside running the query and reading the table once.`,
      await measureVerify(client, url, Math.ceil(rounds / 200)),
      (one) => ({
        'base ms': rounded(one.baseMs),
        'median ms': rounded(one.medianMs),
        ratio: rounded(one.ratio),
        'more MB of heap': rounded(one.moreMegabytes),
      }),
    );
  },
  async plan(client, url) {
    const measured = await measurePlan(client, url, Math.ceil(rounds / 200));
    const base = measured[0]?.medianMs ?? Number.NaN;
    print(`plan() of ${plannedTables} declared stream tables.`, measured, (one) => ({
      'median ms': rounded(one.medianMs),
      ratio: rounded(one.medianMs / base),
      statements: one.statements,
    }));
  },
  async drizzle(client) {
    printRatios(
      'Drizzle: the same statement, without (base) and with what is measured.',
      await measureDrizzle(client, rounds),
    );
  },
  async typeorm(client) {
    printRatios(
      'TypeORM: the same call, without stream entities (base) and with them.',
      await measureTypeOrm(client, rounds),
    );
  },
  async prisma(client, url) {
    const measured = await measurePrisma(client, url, rounds);
    print('Prisma: findMany() by three clients over one connection.', measured, ({ medianMs, toBare, toEmpty }) => ({
      'median ms': rounded(medianMs),
      'to no extension': rounded(toBare),
      'to $extends({})': rounded(toEmpty),
    }));
  },
  async writes(client, url) {
    const measured = await measureWrites(client, url, Math.ceil(rounds / 2));
    print(
      'Orders over HTTP, each with a refresh: after its commit, and inside of its transaction.',
      measured,
      (one) => ({
        'succeeded per s': rounded(one.succeededPerSecond),
        'answered per s': rounded(one.answeredPerSecond),
        'share that succeeded': rounded(one.succeeded),
        'of these, with their own order': one.right === null ? 'none' : rounded(one.right),
        'refused by': one.refusals,
      }),
    );
  },
  async emulator() {
    const measured = await measureEmulator(process.env['PGSTREAM_BENCH_BEFORE'], Math.ceil(rounds / 50));
    print('The emulator, beside an earlier build; the import, beside `node -e 0`.', measured, (one) => ({
      'base ms': rounded(one.baseMs ?? Number.NaN),
      'median ms': rounded(one.medianMs),
      ratio: rounded(one.medianMs / (one.baseMs ?? Number.NaN)),
    }));
  },
  async statement(client) {
    print('Memory after looks at many different texts.', measureMemory(), ({ megabytes }) => ({
      'more MB': rounded(megabytes),
    }));
    const looks = await measureLooks(client, Math.ceil(rounds / 3));
    print('A look at a text of 1,000 characters.', looks, ({ microseconds, toSelect }) => ({
      'median µs': rounded(microseconds),
      'to SELECT 1': Number(toSelect.toFixed(5)),
    }));
    print('Node with an import.', await measureStart(Math.ceil(rounds / 50)), ({ ms }) => ({
      'median ms': rounded(ms),
    }));
    print('Of how many cases each says what PostgreSQL does.', await compareSeen(), ({ cases, reader, parser }) => ({
      cases,
      '@pgstream/core/statement': reader,
      'libpg-query': parser,
    }));
  },
  async admin(client) {
    const measured = await measureAdmin(client, Math.ceil(rounds / 10));
    print(`The admin page of ${streamTables} stream tables, beside the query that lists them.`, measured, (one) => ({
      'median ms': rounded(one.medianMs),
      ratio: rounded(one.ratio),
      kB: one.kilobytes ?? '',
    }));
  },
  async cli(client, url) {
    printRatios(
      'The command line: a start beside `node -e 0`, and a status beside a connection and a query with pg.',
      await measureCli(client, url, Math.ceil(rounds / 20)),
    );
  },
  async generate(_client, url) {
    const { statements, measured } = await measureGenerate(url, Math.ceil(rounds / 50));
    const base = measured[0]?.medianMs ?? Number.NaN;
    print(`Models of 500 stream tables, in ${statements} statements.`, measured, (one) => ({
      'median ms': rounded(one.medianMs),
      ratio: rounded(one.medianMs / base),
    }));
  },
  async types() {
    printCompileCosts('Drizzle', await measureCompileCost(compileRounds));
    printCompileCosts('Prisma', await measurePrismaCompileCost(compileRounds));
  },
};

function print<One extends { readonly name: string; readonly rounds?: number }>(
  title: string,
  measured: readonly One[],
  columns: (one: One) => object,
): void {
  console.log(`\n${title}`);
  console.table(
    Object.fromEntries(
      measured.map((one) => [one.name, { ...columns(one), ...(one.rounds !== undefined && { rounds: one.rounds }) }]),
    ),
  );
}

function printRatios(title: string, measured: readonly Ratio[]): void {
  print(title, measured, ({ baseMs, medianMs, ratio }) => ({
    'base ms': rounded(baseMs),
    'median ms': rounded(medianMs),
    ratio: rounded(ratio),
  }));
}

function printCompileCosts(orm: string, measured: readonly CompileCost[]): void {
  const title = `TypeScript, ${orm}: the whole check of a file with a query of each.`;
  print(title, measured, ({ medianMs, types, instantiations }) => ({
    'median ms': Math.round(medianMs),
    types,
    instantiations,
  }));
}

function rounded(value: number): number {
  return Number(value.toFixed(3));
}

const named = process.argv.slice(2);
const unknown = named.find((name) => !(name in BENCHMARKS));
if (unknown !== undefined) {
  throw new Error(`There is no benchmark "${unknown}", but ${Object.keys(BENCHMARKS).join(', ')}.`);
}

await using server = await startEmulator({ scheduler: false });
for (const [name, benchmark] of Object.entries(BENCHMARKS)) {
  if (named.length > 0 && !named.includes(name)) continue;
  const url = await server.createDatabase(`bench_${name}`);
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await benchmark(client, url);
  } finally {
    await client.end();
  }
}
