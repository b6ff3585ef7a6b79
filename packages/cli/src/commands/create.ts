import type { RefreshMode, ScheduleInput } from '@pgstream/core';
import type { Command } from 'commander';
import {
  command,
  confirm,
  type ConfirmFlags,
  inDatabase,
  modeOption,
  NAME,
  queryFrom,
  SCHEDULE_HELP,
  scheduleArgument,
  usage,
} from '../command/index.ts';

interface Flags extends ConfirmFlags {
  readonly file?: string;
  readonly schedule?: ScheduleInput;
  readonly mode?: RefreshMode;
  readonly initialize: boolean;
  readonly ifNotExists?: boolean;
  readonly orReplace?: boolean;
}

/** `pgstream create <name> <query|--file q.sql>` */
export function create(): Command {
  return command('create', {
    summary: 'Create a stream table, and fill it',
    description: 'Name every table in the query with its schema: it is run later, with another search_path.',
    examples: [
      [
        `pgstream create order_totals 'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id' --schedule 5m`,
        'refreshed every five minutes',
      ],
      ['pgstream create daily --file daily.sql --schedule @daily --mode FULL', 'the query is in a file'],
      [`echo 'SELECT id FROM public.orders' | pgstream create order_ids --file - --no-initialize`, 'empty for now'],
    ],
  })
    .argument('<name>', NAME)
    .argument('[query]', 'the defining query: one SELECT')
    .option('-f, --file <file>', 'read the query from a file; - is standard input')
    .option('--schedule <schedule>', `${SCHEDULE_HELP} (default: 1m)`, scheduleArgument)
    .addOption(modeOption(' (default: DIFFERENTIAL)'))
    .option('--no-initialize', 'leave it empty until its first refresh')
    .option('--if-not-exists', 'leave one of that name as it is (pg_trickle)')
    .option('--or-replace', 'make one of that name this one (pg_trickle)')
    .option('-y, --yes', 'replace without asking')
    .action(
      inDatabase<[name: string, query?: string], Flags>(async (session, flags, nameText, argument) => {
        const { pgstream, output, name, text } = session;
        const query = await queryFrom(argument, flags.file);
        if (query === undefined) throw usage('There is no query: give it after the name, or with --file.');
        const wanted = name(nameText);
        if (flags.orReplace && (await pgstream.table(wanted).exists())) {
          await confirm(`Replace stream table ${text(wanted)}?`, flags);
        }
        const { schedule, mode: refreshMode, initialize, ifNotExists, orReplace } = flags;
        const created = await pgstream.create({
          name: wanted,
          query,
          schedule,
          refreshMode,
          initialize,
          ifNotExists,
          orReplace,
        });
        const status = await created.status();
        output.show(
          status,
          () => `Created ${text(wanted)}${status.isPopulated ? '' : ', empty until its first refresh'}.`,
        );
      }),
    );
}
