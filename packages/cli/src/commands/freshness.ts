import type { QualifiedName, StreamTableStatus } from '@pgstream/core';
import type { Command } from 'commander';
import { command, durationArgument, inDatabase, type Session, usage } from '../command/index.ts';
import { EXIT, type ExitCode } from '../exit/index.ts';
import { type Column, NOTHING, type Output, stateText } from '../output/index.ts';

interface Flags {
  readonly warn?: number;
  readonly error?: number;
}

type Verdict = 'pass' | 'warn' | 'error';

/** One stream table: for programs. */
interface Freshness extends QualifiedName {
  readonly verdict: Verdict;
  /** Since the last refresh began, by the server's clock; null if there was none. */
  readonly ageMs: number | null;
  readonly lastRefreshAt: Date | null;
  readonly status: StreamTableStatus['status'];
  /** What keeps it from being refreshed, as far as that is known; null where nothing does. */
  readonly why: string | null;
}

const EXIT_CODES: Readonly<Record<Verdict, ExitCode>> = { pass: EXIT.done, warn: EXIT.staleWarning, error: EXIT.stale };

const COLUMNS: readonly Column[] = [
  { title: 'NAME', mayBeCut: 'middle' },
  { title: 'VERDICT' },
  { title: 'REFRESHED', align: 'right' },
  { title: 'STATUS' },
];

/** Only where there is something to say. */
const WHY: Column = { title: 'WHY', mayBeCut: 'end' };

/** `pgstream freshness [names…]` */
export function freshness(): Command {
  return command('freshness', {
    summary: 'Whether stream tables are as fresh as they should be: a sensor for CI and schedulers',
    description:
      'Counts from when the last refresh began, by the clock of the server. Without --warn and --error each is judged by its own schedule, and one without a bound passes. Ends with 0, 4 (a warning) or 5 (an error), by the worst.',
    examples: [
      ['pgstream freshness --warn 10m --error 30m', 'all of them'],
      ['pgstream freshness order_totals --error 1h --json', 'one, for a program'],
      ['pgstream freshness', "each by the extension's own verdict"],
    ],
  })
    .argument('[names...]', 'stream tables: name, or schema.name (default: all)')
    .option('--warn <duration>', 'older than this is a warning', durationArgument)
    .option('--error <duration>', 'older than this is an error', durationArgument)
    .action(
      inDatabase<[names: readonly string[]], Flags>(async (session, flags, names) => {
        if (flags.warn !== undefined && flags.error !== undefined && flags.warn > flags.error) {
          throw usage('--warn is longer than --error: there would never be a warning.');
        }
        const judged = (await statusesOf(session, names)).map((status) => judge(status, flags));
        const verdicts = new Set(judged.map(({ verdict }) => verdict));
        const worst = (['error', 'warn'] as const).find((verdict) => verdicts.has(verdict)) ?? 'pass';
        session.output.show({ verdict: worst, tables: judged }, () => describe(judged, session));
        return EXIT_CODES[worst];
      }),
    );
}

async function statusesOf(
  { pgstream, name, askedSchema }: Session,
  names: readonly string[],
): Promise<StreamTableStatus[]> {
  if (names.length === 0) return await pgstream.list({ schema: askedSchema });
  return await Promise.all(names.map((each) => pgstream.table(name(each)).status()));
}

function judge(found: StreamTableStatus, { warn, error }: Flags): Freshness {
  const { schema, name, status, dataTimestamp, lastRefreshAt, stalenessMs } = found;
  // The status has the server's clock as the age of the data.
  const ageMs =
    dataTimestamp === null || lastRefreshAt === null || stalenessMs === null
      ? null
      : stalenessMs + dataTimestamp.getTime() - lastRefreshAt.getTime();
  const isOlderThan = (bound: number | undefined): boolean => bound !== undefined && (ageMs === null || ageMs > bound);
  const byOwnBound = warn === undefined && error === undefined && found.isStale === true;
  const verdict = isOlderThan(error) || byOwnBound ? 'error' : isOlderThan(warn) ? 'warn' : 'pass';
  return { schema, name, verdict, ageMs, lastRefreshAt, status, why: whyOf(found) };
}

function whyOf({ status, consecutiveErrors, lastError, isPopulated }: StreamTableStatus): string | null {
  if (consecutiveErrors > 0) {
    const times =
      consecutiveErrors === 1 ? 'its last refresh failed' : `its last ${consecutiveErrors} refreshes failed`;
    return lastError === null ? times : `${times}: ${lastError.message}`;
  }
  if (status === 'SUSPENDED') return 'suspended by somebody, until `pgstream resume`';
  if (status === 'ERROR') return lastError?.message ?? 'its refreshes cannot succeed';
  return isPopulated ? null : 'never filled: `pgstream refresh` fills it';
}

function describe(judged: readonly Freshness[], { output, text }: Session): string {
  if (judged.length === 0) return 'There are no stream tables.';
  const rows = judged.map((each) => [
    text(each),
    verdictText(each.verdict, output),
    output.ago(each.ageMs),
    stateText(each.status, output),
    each.why ?? output.colors.faint(NOTHING),
  ]);
  const saysWhy = judged.some(({ why }) => why !== null);
  return output.table(saysWhy ? [...COLUMNS, WHY] : COLUMNS, rows);
}

function verdictText(verdict: Verdict, { colors }: Output): string {
  return { pass: colors.good, warn: colors.warning, error: colors.bad }[verdict](verdict);
}
