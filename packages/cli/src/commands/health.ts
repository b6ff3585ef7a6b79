import type { Command } from 'commander';
import { command, durationArgument, inDatabase } from '../command/index.ts';
import { BY_VERDICT } from '../exit/index.ts';
import { findingsText, inItsWords } from '../output/index.ts';

/** `pgstream health` */
export function health(): Command {
  return command('health', {
    summary: 'One verdict on all stream tables, with what was found and what to do',
    description:
      'The extension and its scheduler for this database, settings, suspended, failing and stale stream tables, how changes are captured. Ends with 0, 4 (a warning) or 5 (an error), by the worst.',
    examples: [
      ['pgstream health', 'all stream tables, each by its schedule'],
      ['pgstream health order_totals --max-age 30m --json', 'those that matter, for a probe'],
    ],
  })
    .argument('[names...]', 'stream tables that matter: name, or schema.name (default: all)')
    .option(
      '--max-age <duration>',
      'older than this is an error (default: by the schedules, a warning)',
      durationArgument,
    )
    .option('--timeout <duration>', 'how long it may take (default: 5s)', durationArgument)
    .action(
      inDatabase<[names: readonly string[]], { readonly maxAge?: number; readonly timeout?: number }>(
        async (session, { maxAge: maxAgeMs, timeout: timeoutMs }, names) => {
          const { pgstream, output, signal, name } = session;
          const tables = names.length === 0 ? undefined : names.map((each) => name(each));
          const found = await pgstream.health({ tables, maxAgeMs, timeoutMs, signal });
          const verdict = { ...found, findings: inItsWords(found.findings) };
          output.show(verdict, () => findingsText(verdict, output));
          return BY_VERDICT[verdict.status];
        },
      ),
    );
}
