import { expect, test } from 'vitest';
import { type Column, table } from '../src/output/table.ts';

const COLUMNS: readonly Column[] = [
  { title: 'NAME', mayBeCut: 'middle' },
  { title: 'STATUS' },
  { title: 'MODE', mayGo: true },
  { title: 'ERROR', mayBeCut: 'end' },
];

const ROWS = [
  ['totals_of_orders_by_customer_and_day', 'ACTIVE', 'FULL', '-'],
  ['totals_of_orders_by_customer_and_month', 'ACTIVE', 'FULL', 'division by zero, in the middle of the query'],
];

const drawn = (width: number): string[] => table(COLUMNS, ROWS, width, (text) => text).split('\n');

test('a table is as wide as it has to be where there is room', () => {
  expect(drawn(Number.POSITIVE_INFINITY)).toEqual([
    'NAME                                    STATUS  MODE  ERROR',
    'totals_of_orders_by_customer_and_day    ACTIVE  FULL  -',
    'totals_of_orders_by_customer_and_month  ACTIVE  FULL  division by zero, in the middle of the query',
  ]);
});

test('names that begin alike can be told apart where there is little, and columns go where there is less', () => {
  expect(drawn(60)).toEqual([
    'NAME                        STATUS  MODE  ERROR',
    'totals_of_ord…omer_and_day  ACTIVE  FULL  -',
    'totals_of_ord…er_and_month  ACTIVE  FULL  division by zero,…',
  ]);
  expect(drawn(36)).toEqual(['NAME      STATUS  ERROR', 'tota…day  ACTIVE  -', 'tota…nth  ACTIVE  division by zero,…']);
});
