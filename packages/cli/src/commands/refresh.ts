import type { PgStreamError, QualifiedName, RefreshIfStaleResult } from '@pgstream/core';
import { type Command, Option } from 'commander';
import { command, durationArgument, inDatabase, type Session } from '../command/index.ts';
import { exitCodeOf, sentenceOf, type ExitCode } from '../exit/index.ts';

interface Flags {
  readonly stale?: boolean;
  readonly maxAge?: number;
  readonly timeout?: number;
  readonly lockTimeout?: number;
  readonly ifBusy?: 'throw' | 'skip' | 'wait';
  readonly as?: string;
}

/** What came of one stream table: for programs. */
type Outcome = QualifiedName &
  (RefreshIfStaleResult | { readonly status: 'failed'; readonly error: Pick<PgStreamError, 'code' | 'message'> });

/** `pgstream refresh <name…>` */
export function refresh(): Command {
  return command('refresh', {
    summary: 'Bring stream tables up to date, without losing what others write meanwhile',
    description:
      "It waits for open writers of the sources, and keeps new ones out while it runs. One that fails does not stop the others; the exit code is the first failure's.",
    examples: [
      ['pgstream refresh order_totals', 'at once'],
      ['pgstream refresh order_totals --stale --max-age 5m', 'if its data are older than five minutes'],
      ['pgstream refresh order_totals --if-busy wait --timeout 30s', 'waits for a refresh that is running'],
    ],
  })
    .argument('<names...>', 'stream tables: name, or schema.name')
    .option('--stale', 'only those that are stale')
    .option('--max-age <duration>', 'with --stale: older than this (default: by the schedule)', durationArgument)
    .option('--timeout <duration>', 'how long one may take (default: without end)', durationArgument)
    .option('--lock-timeout <duration>', 'how long to wait for open writers (default: 2s)', durationArgument)
    .addOption(new Option('--if-busy <what>', 'another refresh of it is running').choices(['throw', 'skip', 'wait']))
    .option('--as <owner>', 'become the owner for the refresh')
    .action(
      inDatabase<[names: readonly string[]], Flags>(async (session, flags, names) => {
        const { isPgStreamError } = await import('@pgstream/core');
        const outcomes: Outcome[] = [];
        let exitCode: ExitCode = 0;
        for (const name of names.map((each) => session.name(each))) {
          try {
            outcomes.push({ ...name, ...(await refreshOne(session, name, flags)) });
          } catch (error) {
            if (!isPgStreamError(error) || session.signal.aborted) throw error;
            exitCode ||= exitCodeOf(error.code);
            outcomes.push({ ...name, status: 'failed', error: { code: error.code, message: sentenceOf(error) } });
          }
        }
        session.output.show(outcomes, () => outcomes.map((outcome) => lineOf(outcome, session)).join('\n'));
        return exitCode;
      }),
    );
}

function refreshOne({ pgstream, signal }: Session, name: QualifiedName, flags: Flags): Promise<RefreshIfStaleResult> {
  const { stale, maxAge: maxAgeMs, timeout: timeoutMs, lockTimeout: lockTimeoutMs, ifBusy, as } = flags;
  const table = pgstream.table(name);
  const options = { timeoutMs, lockTimeoutMs, as, signal, ...(ifBusy !== undefined && { ifBusy }) };
  return stale || maxAgeMs !== undefined ? table.refreshIfStale({ ...options, maxAgeMs }) : table.refresh(options);
}

function lineOf(outcome: Outcome, { output, text }: Session): string {
  const { colors, duration } = output;
  const said = (what: string): string => `${text(outcome)}: ${what}`;
  if (outcome.status === 'failed') return said(`${colors.bad('failed')}. ${outcome.error.message}`);
  if (outcome.status === 'fresh') return said('fresh, left as it is');
  if (outcome.status === 'skipped') return said(`${colors.warning('skipped')}, another refresh of it is running`);
  return said(`${colors.good('refreshed')} in ${duration(outcome.durationMs)}`);
}
