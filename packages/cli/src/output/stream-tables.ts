import type { QualifiedName, StreamTableStatus } from '@pgstream/core';
import { NOTHING } from './nothing.ts';
import type { Output } from './output.ts';
import { freshText, scheduleText, stateText } from './states.ts';
import type { Column } from './table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'NAME', mayBeCut: 'middle' },
  { title: 'STATUS' },
  { title: 'FRESH' },
  { title: 'DATA FROM', align: 'right' },
  { title: 'SCHEDULE', mayBeCut: 'end', mayGo: true },
  { title: 'MODE', mayGo: true },
  { title: 'ERRORS', align: 'right', mayGo: true },
];

/** Stream tables, one a line. */
export function streamTablesText(
  tables: readonly StreamTableStatus[],
  output: Output,
  nameText: (name: QualifiedName) => string,
): string {
  if (tables.length === 0) return 'There are no stream tables.';
  const { ago, colors } = output;
  const rows = tables.map((each) => [
    nameText(each),
    stateText(each.status, output),
    freshText(each.isStale, output),
    ago(each.stalenessMs),
    scheduleText(each.schedule, output),
    each.refreshMode,
    each.consecutiveErrors === 0 ? colors.faint(NOTHING) : colors.bad(String(each.consecutiveErrors)),
  ]);
  return output.table(COLUMNS, rows);
}
