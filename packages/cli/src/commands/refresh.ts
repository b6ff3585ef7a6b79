import type { PgStreamError, QualifiedName, RefreshAllResult } from '@pgstream/core';
import { type Command, Option } from 'commander';
import { command, countArgument, durationArgument, inDatabase, type Session, usage } from '../command/index.ts';
import { EXIT, exitCodeOf } from '../exit/index.ts';
import { sentenceOf } from '../sentences/index.ts';

interface Flags {
  readonly all?: boolean;
  readonly stale?: boolean;
  readonly upstream?: boolean;
  readonly maxAge?: number;
  readonly timeout?: number;
  readonly lockTimeout?: number;
  readonly ifBusy?: 'throw' | 'wait';
  readonly concurrency?: number;
  readonly as?: string;
}

/** What came of one stream table: for programs. */
interface Outcome extends QualifiedName {
  readonly status: RefreshAllResult['status'];
  /** With all waiting. */
  readonly durationMs: number;
  /** Where it was refreshed: whether somebody else's refresh was waited for. */
  readonly shared?: boolean;
  /** Where it failed. */
  readonly error?: Pick<PgStreamError, 'code' | 'message'>;
  /** Where it was skipped: what it reads and failed. */
  readonly because?: QualifiedName;
}

/** `pgstream refresh <name…|--all|--stale>` */
export function refresh(): Command {
  return command('refresh', {
    summary: 'Bring stream tables up to date, without losing what others write meanwhile',
    description:
      "It waits for open writers of the sources, and keeps new ones out while it runs. Sources come before what reads them. One that fails stops those that read it and no others; the exit code is the first failure's.",
    examples: [
      ['pgstream refresh order_totals', 'at once'],
      ['pgstream refresh --all', 'all stream tables, in the order in which they depend on each other'],
      ['pgstream refresh --stale --max-age 5m', 'those whose last refresh is older than five minutes'],
      ['pgstream refresh order_totals --lock-timeout 30s --timeout 5m', 'with more patience for writers, and a bound'],
    ],
  })
    .argument('[names...]', 'stream tables: name, or schema.name')
    .option('--all', 'all stream tables; with --schema those of that schema')
    .option('--stale', 'only those that are stale: of the names, or of all')
    .option('--upstream', 'before each of the names the stream tables that it reads')
    .option('--max-age <duration>', 'with --stale: older than this (default: by the schedule)', durationArgument)
    .option('--timeout <duration>', 'how long one may take (default: without end)', durationArgument)
    .option('--lock-timeout <duration>', 'how long to wait for open writers (default: 2s)', durationArgument)
    .addOption(
      new Option('--if-busy <what>', 'another refresh of it is running (default: wait)').choices(['wait', 'throw']),
    )
    .option('--concurrency <n>', 'how many at once (default: 4)', countArgument)
    .option('--as <owner>', 'become the owner for the refresh')
    .action(
      inDatabase<[names: readonly string[]], Flags>(async (session, flags, names) => {
        const { output, pgstream, signal } = session;
        const progress = output.progress();
        const report = await pgstream
          .refreshAll({
            tables: await tablesOf(session, flags, names),
            upstream: flags.upstream ?? false,
            onlyStale: flags.stale ?? false,
            ...(flags.ifBusy !== undefined && { ifBusy: flags.ifBusy }),
            ...(flags.concurrency !== undefined && { concurrency: flags.concurrency }),
            maxAgeMs: flags.maxAge,
            timeoutMs: flags.timeout,
            lockTimeoutMs: flags.lockTimeout,
            as: flags.as,
            signal,
            onProgress: ({ streamTable, done, total }) => progress.step(done, total, session.text(streamTable)),
          })
          .finally(() => progress.end());
        const outcomes = report.results.map(outcomeOf);
        output.show(outcomes, () => describe(outcomes, session));
        const failed = report.results.find(({ status }) => status === 'failed');
        return failed?.status === 'failed' ? exitCodeOf(failed.error.code) : EXIT.done;
      }),
    );
}

/** Undefined for all. */
async function tablesOf(
  { pgstream, askedSchema, name }: Session,
  { all, stale }: Flags,
  names: readonly string[],
): Promise<readonly QualifiedName[] | undefined> {
  if (names.length > 0) {
    if (all) throw usage('Give names, or --all, not both.');
    return names.map((each) => name(each));
  }
  if (!all && !stale) throw usage('There is nothing to refresh: give names, --all or --stale.');
  return askedSchema === undefined ? undefined : await pgstream.list({ schema: askedSchema });
}

function outcomeOf(result: RefreshAllResult): Outcome {
  const { schema, name } = result.streamTable;
  const common = { schema, name, status: result.status, durationMs: result.durationMs };
  if (result.status === 'refreshed') return { ...common, shared: result.shared };
  if (result.status === 'skipped') return { ...common, because: result.because.streamTable };
  if (result.status === 'fresh') return common;
  return { ...common, error: { code: result.error.code, message: sentenceOf(result.error) } };
}

function describe(outcomes: readonly Outcome[], session: Session): string {
  return outcomes.length === 0
    ? 'There are no stream tables.'
    : outcomes.map((each) => lineOf(each, session)).join('\n');
}

function lineOf(outcome: Outcome, { output, text }: Session): string {
  const { colors, duration } = output;
  const said = (what: string): string => `${text(outcome)}: ${what}`;
  if (outcome.error) return said(`${colors.bad('failed')}. ${outcome.error.message}`);
  if (outcome.because) return said(`${colors.warning('skipped')}, because ${text(outcome.because)} failed`);
  if (outcome.status === 'fresh') return said('fresh, left as it is');
  return said(`${colors.good('refreshed')} in ${duration(outcome.durationMs)}`);
}
