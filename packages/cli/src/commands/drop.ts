import type { QualifiedName } from '@pgstream/core';
import type { Command } from 'commander';
import { dependentsOf } from '../catalog/index.ts';
import { command, confirm, type ConfirmFlags, inDatabase, NAME } from '../command/index.ts';

/** `pgstream drop <name>` */
export function drop(): Command {
  return command('drop', {
    summary: 'Drop a stream table, after showing what depends on it',
    description:
      'Views of it go with it. Stream tables that read it are in the way on pg_trickle, unless --cascade drops them as well; pg_stream leaves them, and their next refresh fails.',
    examples: [
      ['pgstream drop order_totals', 'asks first'],
      ['pgstream drop order_totals --yes', 'in a script, where there is nobody to ask'],
    ],
  })
    .argument('<name>', NAME)
    .option('--cascade', 'with the stream tables that read it (pg_trickle)')
    .option('-y, --yes', 'without asking')
    .action(
      inDatabase<[name: string], ConfirmFlags & { readonly cascade?: boolean }>(async (session, flags, nameText) => {
        const { pgstream, pool, output, name, text } = session;
        const dropped = name(nameText);
        const table = pgstream.table(dropped);
        // NOT_FOUND, before anything is asked.
        await table.status();
        const dependents = await dependentsOf(pool, pgstream, dropped);
        const listed = (title: string, names: readonly QualifiedName[]): void => {
          if (names.length > 0) output.note(`${title} ${names.map((each) => text(each)).join(', ')}`);
        };
        listed(
          flags.cascade ? 'Stream tables that go with it:' : 'Stream tables that read it:',
          dependents.streamTables,
        );
        listed('Views that go with it:', dependents.views);
        await confirm(`Drop stream table ${text(dropped)}?`, flags);
        await table.drop({ cascade: flags.cascade });
        output.show({ dropped, dependents }, () => `Dropped ${text(dropped)}.`);
      }),
    );
}
