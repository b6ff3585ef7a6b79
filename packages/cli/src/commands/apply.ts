import type { Command } from 'commander';
import { command, durationArgument, inDatabase } from '../command/index.ts';
import { applyAfterAsking, type ApplyFlags, DEFINITIONS, DROP_ORPHANS, planFor } from './definitions.ts';

/** `pgstream apply [definitions…]` */
export function apply(): Command {
  return command('apply', {
    summary: 'Let the database have what files declare: all of it, or nothing',
    description:
      'Shows the plan, asks, and does it in one transaction. Another apply of the same database waits, and then finds nothing to do; so does the same one, run again after whatever interrupted it.',
    examples: [
      ['pgstream apply', 'shows what it would do, and asks'],
      ['pgstream apply --yes --lock-timeout 5s', 'in a deployment'],
    ],
  })
    .argument('[definitions...]', DEFINITIONS)
    .option('--drop-orphans', DROP_ORPHANS)
    .option('--lock-timeout <duration>', 'how long to wait for a lock on a table (default: 10s)', durationArgument)
    .option('--wait <duration>', 'how long to wait for another apply (default: 10m)', durationArgument)
    .option('-y, --yes', 'without asking')
    .action(
      inDatabase<[files: readonly string[]], ApplyFlags>(async (session, flags, files) => {
        await applyAfterAsking(session, flags, await planFor(session, flags, files));
      }),
    );
}
