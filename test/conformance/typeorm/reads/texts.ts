import { type Read, read } from './read.ts';
import { OrderTotals } from '../models.ts';
import { withRunner } from '../runner.ts';

/** What an application sends itself. None of it asks for all columns: that shows all that there are. */
const TEXTS: readonly (readonly [name: string, text: string, gives: unknown])[] = [
  ['a query', 'SELECT total FROM order_totals WHERE customer_id = 1', [{ total: '15.50' }]],
  [
    'a query with comments and strings that speak of writes',
    `/* delete from order_totals */ SELECT 'truncate order_totals' AS t FROM order_totals WHERE customer_id = 1 -- drop table order_totals`,
    [{ t: 'truncate order_totals' }],
  ],
  ['a CTE', 'WITH t AS (SELECT total FROM public.order_totals) SELECT max(total) AS max FROM t', [{ max: '15.50' }]],
  ['a lock', 'SELECT total FROM order_totals WHERE customer_id = 2 FOR UPDATE', [{ total: '7.25' }]],
];

export const textReads: readonly Read[] = [
  ...TEXTS.flatMap(([name, text, gives]) => [
    read(`${name} by dataSource.query()`, ({ dataSource }) => dataSource.query(text), gives),
    read(`${name} by manager.query()`, ({ manager }) => manager.query(text), gives),
    read(`${name} by repository.query()`, ({ manager }) => manager.getRepository(OrderTotals).query(text), gives),
    read(
      `${name} by a query runner`,
      ({ dataSource }) => withRunner(dataSource, (runner) => runner.query(text)),
      gives,
    ),
    read(
      `${name} by a query runner’s stream()`,
      ({ dataSource }) =>
        withRunner(dataSource, async (runner) => {
          const rows: unknown[] = [];
          for await (const row of await runner.stream(text)) rows.push(row);
          return rows;
        }),
      gives,
    ),
  ]),
  read(
    'a query with parameters',
    ({ manager }) => manager.query('SELECT total FROM order_totals WHERE customer_id = $1', [2]),
    [{ total: '7.25' }],
  ),
  read(
    'a tagged template',
    ({ manager }) => manager.sql`SELECT total FROM order_totals WHERE customer_id = ${2}`,
    [{ total: '7.25' }],
    { since: '0.3.31' },
  ),
  read(
    'a write that is explained, and not executed',
    ({ manager }) => manager.query('EXPLAIN (COSTS OFF) DELETE FROM order_totals WHERE false'),
    [
      { 'QUERY PLAN': 'Delete on order_totals' },
      { 'QUERY PLAN': '  ->  Result' },
      { 'QUERY PLAN': '        One-Time Filter: false' },
    ],
  ),
  read(
    'a cursor',
    ({ manager }) =>
      manager.transaction(async (inner) => {
        await inner.query('DECLARE totals CURSOR FOR SELECT total FROM order_totals ORDER BY total');
        return await inner.query('FETCH 2 FROM totals');
      }),
    [{ total: '1.00' }, { total: '7.25' }],
  ),
];
