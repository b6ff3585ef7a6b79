import { DRIVER_TEXTS, UNSEEN_TEXTS } from '../cases/statements.ts';
import type { Bypass } from '../driver.ts';
import { OrderTotals } from './models.ts';
import { withRunner } from './runner.ts';
import type { Native } from './session.ts';

export const bypasses: readonly Bypass<Native>[] = [
  ...UNSEEN_TEXTS.flatMap(([name, text]): Bypass<Native>[] => [
    { name: `${name}, by dataSource.query()`, asOwner: 'writes', call: ({ dataSource }) => dataSource.query(text) },
    { name: `${name}, by a query runner’s stream()`, asOwner: 'writes', call: (native) => streamed(native, text) },
  ]),
  ...DRIVER_TEXTS.map((text): Bypass<Native> => ({
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
    call: ({ manager }) => manager.createQueryBuilder(OrderTotals, 't').where('wipe_totals() IS NULL').getMany(),
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
