import type { Command } from 'commander';
import { command, inDatabase, NAME } from '../command/index.ts';

/** `pgstream resume <name>` */
export function resume(): Command {
  return command('resume', {
    summary: 'Let a suspended stream table be refreshed again',
    examples: [['pgstream resume order_totals', 'after a suspend, or after too many errors']],
  })
    .argument('<name>', NAME)
    .action(
      inDatabase<[name: string]>(async ({ pgstream, output, name, text }, _flags, nameText) => {
        const resumed = name(nameText);
        const table = pgstream.table(resumed);
        await table.resume();
        output.show(await table.status(), () => `Resumed ${text(resumed)}.`);
      }),
    );
}
