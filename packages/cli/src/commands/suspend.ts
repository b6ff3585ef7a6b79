import type { Command } from 'commander';
import { command, confirm, type ConfirmFlags, inDatabase, NAME } from '../command/index.ts';

/** `pgstream suspend <name>` */
export function suspend(): Command {
  return command('suspend', {
    summary: 'Stop all refreshes of a stream table',
    description: 'Its rows stay, and grow old. `pgstream resume` lets it go on.',
    examples: [
      ['pgstream suspend order_totals', 'asks first'],
      ['pgstream suspend order_totals --yes', 'in a script'],
    ],
  })
    .argument('<name>', NAME)
    .option('-y, --yes', 'without asking')
    .action(
      inDatabase<[name: string], ConfirmFlags>(async ({ pgstream, output, name, text }, flags, nameText) => {
        const suspended = name(nameText);
        const table = pgstream.table(suspended);
        // NOT_FOUND, before anything is asked.
        await table.status();
        await confirm(`Suspend stream table ${text(suspended)}? Nothing refreshes it until it is resumed.`, flags);
        await table.suspend();
        output.show(await table.status(), () => `Suspended ${text(suspended)}.`);
      }),
    );
}
