import type { Command } from 'commander';
import { command, inDatabase } from '../command/index.ts';
import { freshText, NOTHING, scheduleText, stateText, type Column } from '../output/index.ts';

const COLUMNS: readonly Column[] = [
  { title: 'NAME', mayBeCut: true },
  { title: 'STATUS' },
  { title: 'FRESH' },
  { title: 'DATA FROM', align: 'right' },
  { title: 'SCHEDULE', mayBeCut: true },
  { title: 'MODE' },
  { title: 'ERRORS', align: 'right' },
];

/** `pgstream list` */
export function list(): Command {
  return command('list', {
    summary: 'All stream tables, with how fresh each is',
    description: 'With --schema those of that schema.',
    examples: [
      ['pgstream list', 'as a table'],
      ['pgstream list --schema analytics --status SUSPENDED', 'those of one schema that are suspended'],
      ['pgstream list --json', 'everything that the catalog knows of each, for programs'],
    ],
  })
    .alias('ls')
    .option('--status <status>', 'only those with this status: ACTIVE, SUSPENDED, ERROR, INITIALIZING')
    .action(
      inDatabase<[], { status?: string }>(async ({ pgstream, output, askedSchema, text }, { status }) => {
        const tables = await pgstream.list({ schema: askedSchema, status: status?.toUpperCase() });
        output.show(tables, () => {
          if (tables.length === 0) return 'There are no stream tables.';
          const { ago, colors } = output;
          const rows = tables.map((each) => [
            text(each),
            stateText(each.status, output),
            freshText(each.isStale, output),
            ago(each.stalenessMs),
            scheduleText(each.schedule, output),
            each.refreshMode,
            each.consecutiveErrors === 0 ? colors.faint(NOTHING) : colors.bad(String(each.consecutiveErrors)),
          ]);
          return output.table(COLUMNS, rows);
        });
      }),
    );
}
