// The application of every consumer: compiled as ES module and as CommonJS, against the packed packages.
import { createPgStream, isPgStreamError } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { writeTargets } from '@pgstream/core/statement';
import { guardStreamTables, pgStreamTable, streamTable } from '@pgstream/drizzle';
import { startEmulator } from '@pgstream/emulator';
import { asc } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { bigint, integer } from 'drizzle-orm/pg-core';
import pg from 'pg';

const orderTotals = pgStreamTable('order_totals', {
  customerId: integer('customer_id').notNull(),
  orders: bigint({ mode: 'number' }).notNull(),
});

async function main(): Promise<void> {
  const server = await startEmulator({ scheduler: false });
  const pool = new pg.Pool({ connectionString: await server.createDatabase() });
  try {
    await pool.query(
      'CREATE TABLE orders (id int PRIMARY KEY, customer_id int); INSERT INTO orders VALUES (1, 1), (2, 1), (3, 2)',
    );
    const pgstream = createPgStream(fromPg(pool));
    await pgstream.create({
      name: 'order_totals',
      query: 'SELECT customer_id, count(*) AS orders FROM public.orders GROUP BY customer_id',
      schedule: '5m',
    });
    const db = guardStreamTables(drizzle(pool));
    const OrderTotals = streamTable(db, orderTotals);
    await pool.query('INSERT INTO orders VALUES (4, 2)');
    const { status } = await OrderTotals.refresh();
    const rows = await db.select().from(orderTotals).orderBy(asc(orderTotals.customerId));
    const refused: unknown = await (async () => {
      // @ts-expect-error A stream table cannot be deleted from.
      await db.delete(orderTotals);
    })().catch((error: unknown) => error);
    const text = 'TRUNCATE order_totals';
    const refusedText: unknown = await db.execute(text).catch((error: unknown) => error);
    const missing: unknown = await pgstream
      .table('nope')
      .isStale()
      .catch((error: unknown) => error);
    const stale: boolean | null = await OrderTotals.isStale();
    console.log(
      JSON.stringify({
        status,
        rows,
        stale,
        writes: writeTargets(text).map(({ operation, name }) => `${operation} ${name}`),
        refusedText: isPgStreamError(refusedText) ? refusedText.code : 'sent',
        refused: isPgStreamError(refused) && refused.code,
        missing: isPgStreamError(missing) && missing.code,
      }),
    );
  } finally {
    await pool.end();
    await server.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
