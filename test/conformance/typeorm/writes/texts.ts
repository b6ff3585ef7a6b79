import { OrderTotals } from '../models.ts';
import { withRunner } from '../runner.ts';
import type { Native } from '../session.ts';
import type { InSomeVersions } from '../version.ts';
import type { Write } from './write.ts';

/** SQL of one's own, by the operation that the error names. */
const TEXTS: readonly (readonly [operation: string, text: string])[] = [
  ['insert', 'INSERT INTO order_totals (customer_id, total) VALUES (9, 1)'],
  ['insert', 'insert into public.order_totals default values'],
  ['insert', 'INSERT INTO order_totals SELECT customer_id, amount, 1 FROM orders'],
  ['insert', 'INSERT INTO "order_totals" VALUES (9) ON CONFLICT DO NOTHING'],
  ['update', 'UPDATE order_totals SET total = 0'],
  ['update', 'UPDATE ONLY "public"."order_totals" AS t SET total = c.id FROM customers c WHERE c.id = t.customer_id'],
  ['update', 'INSERT INTO archive VALUES (1, 1); UPDATE order_totals SET total = 0'],
  ['delete', 'DELETE FROM order_totals'],
  ['delete', 'DELETE FROM public.order_totals * WHERE customer_id = 1 RETURNING *'],
  ['delete', 'delete/* all of it */from ONLY -- the table\n order_totals'],
  ['delete', 'DELETE FROM ORDER_TOTALS USING customers WHERE true'],
  ['delete', String.raw`DELETE FROM U&"order\005ftotals"`],
  ['delete', `SELECT ';' ; DELETE FROM order_totals`],
  ['delete', 'WITH gone AS (DELETE FROM order_totals RETURNING total) SELECT * FROM gone'],
  ['delete', 'WITH gone AS MATERIALIZED (DELETE FROM order_totals RETURNING 9) INSERT INTO archive SELECT * FROM gone'],
  ['delete', 'EXPLAIN ANALYZE DELETE FROM order_totals'],
  ['delete', 'EXPLAIN (ANALYZE true, COSTS off) DELETE FROM order_totals'],
  ['delete', 'PREPARE gone AS DELETE FROM order_totals'],
  ['delete', 'CREATE TEMP TABLE gone AS WITH g AS (DELETE FROM order_totals RETURNING total) SELECT * FROM g'],
  ['merge', 'MERGE INTO order_totals t USING customers c ON c.id = t.customer_id WHEN MATCHED THEN DELETE'],
  ['truncate', 'TRUNCATE order_totals'],
  ['truncate', 'TRUNCATE TABLE archive, ONLY public.order_totals RESTART IDENTITY CASCADE'],
  ['copy', 'COPY order_totals (customer_id, total) FROM STDIN'],
  ['drop table', 'DROP TABLE order_totals'],
  ['drop table', 'DROP TABLE IF EXISTS archive, public.order_totals CASCADE'],
  ['alter table', 'ALTER TABLE order_totals ADD COLUMN note text'],
  ['alter table', 'ALTER TABLE IF EXISTS ONLY public.order_totals RENAME TO gone'],
  ['alter table', 'ALTER TABLE order_totals DROP COLUMN __pgs_row_id'],
];

interface Sender extends InSomeVersions {
  readonly name: string;
  send(native: Native, text: string): unknown;
}

/** Whatever takes a text. */
const SENDERS: readonly Sender[] = [
  { name: 'dataSource.query()', send: ({ dataSource }, text) => dataSource.query(text) },
  { name: 'manager.query()', send: ({ manager }, text) => manager.query(text) },
  {
    name: 'repository.query()',
    send: ({ manager }, text) => manager.getRepository(OrderTotals).query(text),
  },
  { name: 'query() in a transaction', send: ({ manager }, text) => manager.transaction((inner) => inner.query(text)) },
  {
    name: 'queryRunner.query()',
    send: ({ dataSource }, text) => withRunner(dataSource, (runner) => runner.query(text)),
  },
  {
    name: 'queryRunner.query() with a structured result',
    send: ({ dataSource }, text) => withRunner(dataSource, (runner) => runner.query(text, [], true)),
  },
  {
    name: 'queryRunner.stream()',
    send: ({ dataSource }, text) => withRunner(dataSource, (runner) => runner.stream(text)),
  },
  { name: 'dataSource.sql``', since: '0.3.31', send: ({ dataSource }, text) => dataSource.sql(asTemplate(text)) },
  { name: 'manager.sql``', since: '0.3.31', send: ({ manager }, text) => manager.sql(asTemplate(text)) },
  {
    name: 'repository.sql``',
    since: '0.3.31',
    send: ({ manager }, text) => manager.getRepository(OrderTotals).sql(asTemplate(text)),
  },
];

/** What `pg` takes in place of a text, and TypeORM hands on though its types do not say so. */
const OBJECTS: readonly (readonly [name: string, of: (text: string) => object])[] = [
  ['a config object', (text) => ({ text })],
  ['a config object for arrays', (text) => ({ text, rowMode: 'array' })],
  ['a named statement', (text) => ({ name: 'wipe', text, values: [] })],
];

export const textWrites: readonly Write[] = [
  ...OBJECTS.flatMap(([name, of]) =>
    SENDERS.slice(0, 5).map((sender): Write => ({
      name: `${name}, by ${sender.name}`,
      operation: 'delete',
      call: (native) => sender.send(native, of('DELETE FROM order_totals') as unknown as string),
    })),
  ),
  ...['DROP SCHEMA analytics CASCADE', 'DROP SCHEMA IF EXISTS nothing, analytics CASCADE'].map((text): Write => ({
    name: text,
    operation: 'drop schema',
    schema: 'analytics',
    call: ({ dataSource }) => dataSource.query(text),
  })),
  ...SENDERS.flatMap(({ name, send, ...versions }) =>
    TEXTS.map(([operation, text]): Write => ({
      ...versions,
      name: `${text}, by ${name}`,
      operation,
      call: (native) => send(native, text),
    })),
  ),
  {
    name: 'a write with parameters, by manager.query()',
    operation: 'update',
    call: ({ manager }) => manager.query('UPDATE order_totals SET total = $1 WHERE customer_id = $2', [0, 1]),
  },
  {
    name: 'a write with parameters, by manager.sql``',
    operation: 'update',
    since: '0.3.31',
    call: ({ manager }) => manager.sql`UPDATE order_totals SET total = ${0} WHERE customer_id IN (${() => '1'})`,
  },
];

function asTemplate(text: string): TemplateStringsArray {
  return Object.assign([text], { raw: [text] });
}
