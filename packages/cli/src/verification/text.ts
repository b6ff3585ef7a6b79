import type { RowDifference, VerifyResult } from '@pgstream/core';
import type { Output } from '../output/index.ts';

/** What came of a comparison, for people. */
export function verificationText(result: VerifyResult, { colors }: Output): string {
  if (result.status === 'undecidable')
    return `${colors.warning('cannot be told')} (${result.reason}). ${result.message}`;
  const { rows } = result;
  if (result.status === 'verified') return `${colors.good('right')}, ${countText(rows.table, 'row')}`;
  const age = result.afterRefresh ? '' : ' It may only be old: --after-refresh tells.';
  return [
    `${colors.bad('different')}, ${countText(rows.table, 'row')} of ${rows.query.toLocaleString('en-US')}.${age}`,
    ...differenceLines('missing', result.missing),
    ...differenceLines('surplus', result.surplus),
  ].join('\n');
}

function differenceLines(what: string, { count, sample }: RowDifference): string[] {
  if (count === 0) return [];
  const shown = sample.map(({ values, copies }) => {
    const row = Object.entries(values).map(([column, value]) => `${column}=${value ?? 'NULL'}`);
    return `    ${row.join(', ')}${copies > 1 ? ` (${copies} times)` : ''}`;
  });
  return [
    `  ${countText(count, 'row')} ${what}`,
    ...shown,
    ...(count > sample.length && sample.length > 0 ? ['    …'] : []),
  ];
}

function countText(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`;
}
