import type { Command } from 'commander';
import { command, inDatabase } from '../command/index.ts';
import { type Column, NOTHING, stateText } from '../output/index.ts';

const COLUMNS: readonly Column[] = [
  { title: 'NAME', mayBeCut: 'middle' },
  { title: 'STATUS' },
  { title: 'REFRESHES', align: 'right' },
  { title: 'FAILED', align: 'right' },
  { title: 'AVERAGE', align: 'right', mayGo: true },
  { title: 'INSERTED', align: 'right', mayGo: true },
  { title: 'DELETED', align: 'right', mayGo: true },
  { title: 'LAST', mayGo: true },
  { title: 'DATA FROM', align: 'right' },
];

/** `pgstream stats` */
export function stats(): Command {
  return command('stats', {
    summary: 'What the recorded refreshes of each stream table add up to',
    description: 'pg_stream records those of its scheduler alone. It reads the whole history.',
    examples: [['pgstream stats', 'how many, how many failed, how long they took']],
  }).action(
    inDatabase(async ({ pgstream, output, askedSchema, text }) => {
      const all = await pgstream.refreshStats();
      const found = askedSchema === undefined ? all : all.filter(({ schema }) => schema === askedSchema);
      const { ago, colors, duration } = output;
      output.show(found, () => {
        if (found.length === 0) return 'There are no stream tables.';
        const rows = found.map((each) => [
          text(each),
          stateText(each.status, output),
          each.totalRefreshes.toLocaleString('en-US'),
          each.failedRefreshes === 0 ? colors.faint(NOTHING) : colors.bad(each.failedRefreshes.toLocaleString('en-US')),
          each.totalRefreshes === 0 ? NOTHING : duration(each.averageDurationMs),
          each.rowsInserted.toLocaleString('en-US'),
          each.rowsDeleted.toLocaleString('en-US'),
          each.lastAction ?? NOTHING,
          ago(each.stalenessMs),
        ]);
        return output.table(COLUMNS, rows);
      });
    }),
  );
}
