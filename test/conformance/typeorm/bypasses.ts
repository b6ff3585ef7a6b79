import type { Bypass } from '../driver.ts';
import { OrderTotals } from './models.ts';
import { withRunner } from './runner.ts';
import type { Native } from './session.ts';

const FUNCTION =
  'CREATE FUNCTION pg_temp.wipe() RETURNS integer LANGUAGE sql AS $$ DELETE FROM order_totals RETURNING 1 $$';

/** Texts that write and do not say which table. */
const TEXTS: readonly (readonly [name: string, text: string])[] = [
  ['a DO block', 'DO $$ BEGIN DELETE FROM order_totals; END $$'],
  ['a DO block with a name in a string', `DO $$ BEGIN EXECUTE format('TRUNCATE %I', 'order_totals'); END $$`],
];

/** The same in several statements, which cannot be streamed. */
const SEVERAL: readonly (readonly [name: string, text: string])[] = [
  ['a function', `${FUNCTION}; SELECT pg_temp.wipe(); DROP FUNCTION pg_temp.wipe`],
  [
    'a view',
    'CREATE TEMP VIEW through AS SELECT customer_id, total FROM order_totals; DELETE FROM through; DROP VIEW through',
  ],
];

/** What is sent past TypeORM, by the database driver that a query runner has. */
const DRIVER: readonly string[] = [
  'DELETE FROM order_totals',
  'UPDATE order_totals SET total = 0',
  'TRUNCATE order_totals',
  'INSERT INTO order_totals (customer_id, total) VALUES (9, 1)',
];

export const bypasses: readonly Bypass<Native>[] = [
  ...[...TEXTS, ...SEVERAL].map(([name, text]): Bypass<Native> => ({
    name: `${name}, by dataSource.query()`,
    asOwner: 'writes',
    call: ({ dataSource }) => dataSource.query(text),
  })),
  ...TEXTS.map(([name, text]): Bypass<Native> => ({
    name: `${name}, by a query runner’s stream()`,
    asOwner: 'writes',
    call: (native) => streamed(native, text),
  })),
  ...DRIVER.map((text): Bypass<Native> => ({
    name: `the database driver: ${text}`,
    asOwner: 'writes',
    call: ({ dataSource }) =>
      withRunner(dataSource, async (runner) => {
        const connection = (await runner.connect()) as Connection;
        await connection.query(text);
      }),
  })),
  {
    name: 'EXECUTE of what was prepared past TypeORM',
    asOwner: 'writes',
    call: ({ dataSource }) =>
      withRunner(dataSource, async (runner) => {
        const connection = (await runner.connect()) as Connection;
        await connection.query('PREPARE wipe AS DELETE FROM order_totals');
        try {
          await runner.query('EXECUTE wipe');
        } finally {
          await connection.query('DEALLOCATE wipe');
        }
      }),
  },
  {
    name: 'a function in a condition of a query builder',
    asOwner: 'writes',
    call: ({ manager }) =>
      manager.transaction(async (inner) => {
        await inner.query(FUNCTION);
        await inner.createQueryBuilder(OrderTotals, 't').where('pg_temp.wipe() IS NULL').getMany();
        await inner.query('DROP FUNCTION pg_temp.wipe');
      }),
  },
];

interface Connection {
  query(text: string): Promise<unknown>;
}

async function streamed({ dataSource }: Native, text: string): Promise<void> {
  await withRunner(dataSource, async (runner) => {
    for await (const row of await runner.stream(text)) void row;
  });
}
