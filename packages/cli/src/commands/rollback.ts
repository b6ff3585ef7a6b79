import type { Command } from 'commander';
import { command, durationArgument, inDatabase } from '../command/index.ts';
import { applyAfterAsking, type ApplyFlags, executorOf, optionsOf } from './definitions.ts';

/** `pgstream rollback` */
export function rollback(): Command {
  return command('rollback', {
    summary: 'Take back what the last apply has changed',
    description:
      'Former definitions are given again, and what it has created is dropped. What it has dropped is gone. Run again, it takes itself back.',
    examples: [['pgstream rollback', 'shows what it would do, and asks']],
  })
    .option('--lock-timeout <duration>', 'how long to wait for a lock on a table (default: 10s)', durationArgument)
    .option('--wait <duration>', 'how long to wait for another apply (default: 10m)', durationArgument)
    .option('-y, --yes', 'without asking')
    .action(
      inDatabase<[], ApplyFlags>(async (session, flags) => {
        const { planRollback } = await import('@pgstream/core/definitions');
        await applyAfterAsking(session, flags, await planRollback(executorOf(session), optionsOf(session, flags)));
      }),
    );
}
