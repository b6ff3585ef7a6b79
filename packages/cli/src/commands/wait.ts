import type { Lsn, QualifiedName, WaitUntilFreshResult } from '@pgstream/core';
import { type Command, InvalidArgumentError } from 'commander';
import { command, durationArgument, inDatabase } from '../command/index.ts';

interface Flags {
  readonly maxAge?: number;
  readonly since?: Date | Lsn;
  readonly timeout?: number;
}

/** A scheduler is given the time for a round or two. */
const TIMEOUT_MS = 300_000;

/** `pgstream wait <name…>` */
export function wait(): Command {
  return command('wait', {
    summary: 'Wait until stream tables are fresh: a step for CI and schedulers',
    description:
      'It refreshes nothing: the extension does, or a job of yours. Ends with 0 as soon as all are fresh, and with 6 when the time is over, saying how stale which still is, and why.',
    examples: [
      ['pgstream wait order_totals --max-age 1h', 'until its last refresh is younger than an hour'],
      ['pgstream wait order_totals analytics.visits --max-age 1h --timeout 10m', 'both, for ten minutes at most'],
      ['pgstream wait order_totals', 'until it is as fresh as its schedule says'],
    ],
  })
    .argument('<names...>', 'stream tables: name, or schema.name')
    .option('--max-age <duration>', 'how old it may be (default: by its schedule)', durationArgument)
    .option('--since <moment>', 'until what was committed before is in: 2026-11-29T09:00:00Z, or a log position', since)
    .option('--timeout <duration>', 'how long to wait (default: 5m)', durationArgument)
    .action(
      inDatabase<[names: readonly string[]], Flags>(async ({ pgstream, output, signal, name, text }, flags, names) => {
        const { maxAge: maxAgeMs, since: from, timeout: timeoutMs = TIMEOUT_MS } = flags;
        const waited = await Promise.all(
          names.map(async (each): Promise<QualifiedName & WaitUntilFreshResult> => {
            const table = pgstream.table(name(each));
            return { ...table.name, ...(await table.waitUntilFresh({ maxAgeMs, since: from, timeoutMs, signal })) };
          }),
        );
        output.show(waited, () =>
          waited
            .map((each) => `${text(each)}: ${output.colors.good('fresh')}, after ${output.duration(each.waitedMs)}`)
            .join('\n'),
        );
      }),
    );
}

function since(text: string): Date | Lsn {
  if (isLsn(text)) return text;
  const moment = new Date(text);
  // Without a time zone it would be that of whoever runs it.
  if (Number.isNaN(moment.getTime()) || !/(?:Z|[+-]\d\d:?\d\d)$/i.test(text)) {
    throw new InvalidArgumentError(
      'It is a moment with its time zone, 2026-11-29T09:00:00Z, or a log position, 0/1A2B3C4.',
    );
  }
  return moment;
}

function isLsn(text: string): text is Lsn {
  return /^[\dA-F]{1,8}\/[\dA-F]{1,8}$/i.test(text);
}
