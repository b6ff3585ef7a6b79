import type { RefreshRecord } from '@pgstream/core';
import type { Command } from 'commander';
import { command, countArgument, inDatabase, NAME } from '../command/index.ts';
import { type Column, NOTHING, type Output } from '../output/index.ts';

const COLUMNS: readonly Column[] = [
  { title: 'STARTED', align: 'right' },
  { title: 'TOOK', align: 'right' },
  { title: 'ACTION' },
  { title: 'RESULT' },
  { title: 'BY', mayGo: true },
  { title: 'INSERTED', align: 'right', mayGo: true },
  { title: 'DELETED', align: 'right', mayGo: true },
  { title: 'ERROR', mayBeCut: 'end' },
];

/** `pgstream history <name>` */
export function history(): Command {
  return command('history', {
    summary: 'The recorded refreshes of a stream table, the newest first',
    description: 'pg_stream records those of its scheduler alone.',
    examples: [['pgstream history order_totals --limit 5', 'the last five']],
  })
    .argument('<name>', NAME)
    .option('--limit <n>', 'at most so many (default: 20)', countArgument)
    .action(
      inDatabase<[name: string], { readonly limit?: number }>(
        async ({ pgstream, output, name, text }, flags, nameText) => {
          const asked = name(nameText);
          const records = await pgstream.table(asked).history({ limit: flags.limit });
          output.show(records, () =>
            records.length === 0
              ? `No refresh of ${text(asked)} is recorded. pg_stream records those of its scheduler alone.`
              : output.table(
                  COLUMNS,
                  records.map((record) => rowOf(record, output)),
                ),
          );
        },
      ),
    );
}

function rowOf(record: RefreshRecord, { ago, colors, duration }: Output): string[] {
  const { startedAt, endedAt, status } = record;
  return [
    ago(Math.max(0, Date.now() - startedAt.getTime())),
    duration(endedAt && endedAt.getTime() - startedAt.getTime()),
    record.action,
    status === 'COMPLETED' ? colors.good(status) : status === 'FAILED' ? colors.bad(status) : colors.warning(status),
    record.initiatedBy ?? NOTHING,
    countText(record.rowsInserted),
    countText(record.rowsDeleted),
    record.errorMessage ?? NOTHING,
  ];
}

function countText(count: number | null): string {
  return count === null ? NOTHING : count.toLocaleString('en-US');
}
