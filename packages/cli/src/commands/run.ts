import type { QualifiedName } from '@pgstream/core';
import type { Command } from 'commander';
import {
  command,
  countArgument,
  durationArgument,
  inDatabase,
  intervalArgument,
  NAME,
  type Session,
  usage,
} from '../command/index.ts';
import { EXIT } from '../exit/index.ts';
import type { Happening } from '../run/index.ts';

interface Flags {
  readonly all?: boolean;
  readonly once?: boolean;
  readonly interval?: number;
  readonly concurrency?: number;
  readonly timeout?: number;
  readonly lockTimeout?: number;
  readonly besideScheduler?: boolean;
  readonly metricsPort?: string;
  readonly metricsHost: string;
}

/** `pgstream run` */
export function run(): Command {
  return command('run', {
    summary: 'Keep stream tables fresh from outside, by their schedules',
    description:
      "For databases that the extension's own scheduler does not serve. No change is lost, what reads other stream tables follows them, and one that fails is tried again later while the others go on. Several of these share the work, and go on when one dies. Ctrl-C or SIGTERM ends it once the refreshes that run are done.",
    examples: [
      ['pgstream run --all --once', 'what is due now; for a job that cron or Kubernetes starts'],
      ['pgstream run order_totals analytics.visits --metrics-port 9187', 'these, until it is told to end'],
    ],
  })
    .argument('[tables...]', `${NAME}; what they read is not refreshed unless it is named`)
    .option('--all', 'all stream tables, also those that are created later')
    .option('--once', 'refresh what is due, and end: with 8 if something failed, or it had to stand by')
    .option('--interval <duration>', 'how often it looks for what is due (default: 1s)', intervalArgument)
    .option('--concurrency <n>', 'how many refreshes run at once (default: 2)', countArgument)
    .option('--timeout <duration>', 'how long one may take (default: 1m)', durationArgument)
    .option('--lock-timeout <duration>', 'how long one waits for open writers (default: 2s)', durationArgument)
    .option('--beside-scheduler', "although the extension's own scheduler may do the same")
    .option('--metrics-port <port>', 'serve /metrics for Prometheus, and /healthz')
    .option('--metrics-host <host>', 'where it listens', '127.0.0.1')
    .action(
      inDatabase<[string[]], Flags>(async (session, flags, names) => {
        if (names.length === 0 && flags.all !== true) {
          throw usage(
            'Say which stream tables are to be kept fresh: their names, or --all. What is not named is left to others.',
          );
        }
        if (names.length > 0 && flags.all === true) throw usage('Name stream tables, or say --all: not both.');
        const { pgstream, signal, name } = session;
        const named = names.map((each) => name(each));
        // A name that is wrong would never be due.
        for (const each of named) await pgstream.table(each).status();
        const { Runner, createMetrics, serve } = await import('../run/index.ts');
        const metrics = createMetrics();
        const runner = new Runner({
          pgstream,
          isOurs: (table) => flags.all === true || named.some((each) => isSame(each, table)),
          concurrency: flags.concurrency ?? 2,
          intervalMs: flags.interval ?? 1_000,
          timeoutMs: flags.timeout ?? 60_000,
          lockTimeoutMs: flags.lockTimeout,
          isOnce: flags.once === true,
          besideScheduler: flags.besideScheduler === true,
          signal,
          metrics,
          tell: (happening) => tell(happening, session),
        });
        await using listening =
          flags.metricsPort === undefined
            ? undefined
            : await serve(metrics, {
                port: portOf(flags.metricsPort),
                host: flags.metricsHost,
                isHealthy: () => runner.isHealthy,
              });
        if (listening !== undefined) tell({ event: 'listening', url: listening.url }, session);
        await runner.toItsEnd();
        return flags.once === true && (runner.hasFailed || runner.standsBy) ? EXIT.refused : EXIT.done;
      }),
    );
}

function isSame(one: QualifiedName, other: QualifiedName): boolean {
  return one.schema === other.schema && one.name === other.name;
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d+$/.test(text) || port > 65_535)
    throw usage(`${text} is no port: a number up to 65535, or 0 for a free one.`);
  return port;
}

/** A line each: JSON for programs, and for people what it means, with the time. */
function tell(happening: Happening, session: Session): void {
  const { output } = session;
  const line = output.json
    ? JSON.stringify({ at: new Date(), ...happening })
    : `${output.colors.faint(new Date().toLocaleTimeString('sv'))}  ${wordsFor(happening, session)}`;
  process.stdout.write(`${line}\n`);
}

function wordsFor(happening: Happening, { output: { colors, duration }, text }: Session): string {
  switch (happening.event) {
    case 'started':
      return happening.streamTables.length === 0
        ? 'There are no stream tables yet.'
        : `Keeping fresh: ${happening.streamTables.map((each) => text(each)).join(', ')}`;
    case 'listening':
      return `Metrics: ${happening.url}/metrics, health: ${happening.url}/healthz`;
    case 'refreshed':
      return `${text(happening.streamTable)} ${colors.good('refreshed')} in ${duration(happening.durationMs)}`;
    case 'failed': {
      const { streamTable, code, message, failures, againInMs } = happening;
      const times = failures === 1 ? '' : `, ${failures} times in a row`;
      return `${text(streamTable)} ${colors.bad('failed')}${times}: ${code}: ${message} Again in ${duration(againInMs)}.`;
    }
    case 'unscheduled':
      return `${text(happening.streamTable)} ${colors.warning('has no schedule')} and reads no stream table: it is never due.`;
    case 'standing-by':
      return colors.warning(happening.message);
    case 'lost':
      return `${colors.bad('The database cannot be asked:')} ${happening.message} Again in ${duration(happening.againInMs)}.`;
    case 'found':
      return colors.good('The database answers again.');
    case 'ending':
      return happening.running === 0 ? 'Ended.' : `Ending: ${happening.running} refreshes are still running.`;
    default:
      return happening satisfies never;
  }
}
