import type { RefreshMode, ScheduleInput } from '@pgstream/core';
import { type Command, Option } from 'commander';
import {
  command,
  inDatabase,
  modeOption,
  NAME,
  oneOf,
  queryFrom,
  SCHEDULE_HELP,
  scheduleArgument,
  usage,
} from '../command/index.ts';

interface Flags {
  readonly schedule?: ScheduleInput;
  readonly mode?: RefreshMode;
  readonly status?: 'ACTIVE' | 'SUSPENDED';
  readonly file?: string;
  readonly query?: string;
}

/** `pgstream alter <name>` */
export function alter(): Command {
  return command('alter', {
    summary: "Change a stream table's schedule, mode, status or query",
    description:
      'What is left out stays as it is. Neither the query is checked for another mode nor the content computed.',
    examples: [
      ['pgstream alter order_totals --schedule 10m', 'another schedule'],
      ['pgstream alter order_totals --mode FULL --schedule @hourly', 'computed anew each hour'],
    ],
  })
    .argument('<name>', NAME)
    .option('--schedule <schedule>', SCHEDULE_HELP, scheduleArgument)
    .addOption(modeOption())
    .addOption(oneOf(new Option('--status <status>', 'suspend it, or let it go on'), ['ACTIVE', 'SUSPENDED']))
    .option('--query <query>', 'another defining query (pg_trickle)')
    .option('-f, --file <file>', 'the same from a file; - is standard input')
    .action(
      inDatabase<[name: string], Flags>(async ({ pgstream, output, name, text }, flags, nameText) => {
        const altered = name(nameText);
        const table = pgstream.table(altered);
        const query = await queryFrom(flags.query, flags.file);
        const { schedule, mode: refreshMode, status } = flags;
        const changesDefinition = query !== undefined || schedule !== undefined || refreshMode !== undefined;
        if (!changesDefinition && status === undefined) {
          throw usage('There is nothing to alter: say --schedule, --mode, --status, --query or --file.');
        }
        if (changesDefinition) await table.alter({ query, schedule, refreshMode });
        if (status === 'SUSPENDED') await table.suspend();
        if (status === 'ACTIVE') await table.resume();
        output.show(await table.status(), () => `Altered ${text(altered)}.`);
      }),
    );
}
