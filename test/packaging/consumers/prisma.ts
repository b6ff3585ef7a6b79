// An application of Prisma: compiled as ES module and as CommonJS, against the packed packages and what they generate.
import { startEmulator } from '@pgstream/emulator';
import { isPgStreamError } from '@pgstream/prisma';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from './generated/client/client.js';
import { streamTables } from './generated/pgstream/index.js';

async function main(): Promise<void> {
  const server = await startEmulator({ scheduler: false });
  const adapter = new PrismaPg({ connectionString: await server.createDatabase() });
  const prisma = new PrismaClient({ adapter }).$extends(streamTables());
  try {
    for (const statement of [
      'CREATE TABLE orders (id int PRIMARY KEY, customer_id int NOT NULL)',
      'INSERT INTO orders VALUES (1, 1), (2, 1), (3, 2)',
      `SELECT pgstream.create_stream_table('public.order_totals', 'SELECT customer_id, count(*) AS orders FROM public.orders GROUP BY customer_id')::text`,
    ]) {
      await prisma.$executeRawUnsafe(statement);
    }
    await prisma.order.create({ data: { id: 4, customerId: 2 } });
    const { status } = await prisma.orderTotals.refresh();
    const rows = await prisma.orderTotals.findMany({ orderBy: { customerId: 'asc' } });
    const refused: unknown = await (async () => {
      // @ts-expect-error A stream table cannot be deleted from.
      await prisma.orderTotals.deleteMany();
    })().catch((error: unknown) => error);
    console.log(
      JSON.stringify({
        status,
        rows: rows.map(({ customerId, orders }) => ({ customerId, orders: Number(orders) })),
        stale: await prisma.orderTotals.isStale(),
        refused: isPgStreamError(refused) && refused.code,
      }),
    );
  } finally {
    await prisma.$disconnect();
    await server.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
