// An application of TypeORM: compiled as ES module and as CommonJS, against the packed packages.
import { startEmulator } from '@pgstream/emulator';
import {
  defineStreamTable,
  isPgStreamError,
  StreamTable,
  StreamTableEntity,
  streamRepository,
} from '@pgstream/typeorm';
import { getStreamRepositoryToken } from '@pgstream/typeorm/nestjs';
import { Column, DataSource, PrimaryColumn } from 'typeorm';

@StreamTable({ name: 'order_totals' })
class OrderTotals extends StreamTableEntity {
  @PrimaryColumn('int', { name: 'customer_id' }) customerId!: number;
  @Column('bigint') orders!: string;
}

const Customers = defineStreamTable({
  name: 'customers',
  columns: { customerId: { type: 'int', name: 'customer_id' } },
});

async function main(): Promise<void> {
  const server = await startEmulator({ scheduler: false });
  const dataSource = new DataSource({
    type: 'postgres',
    url: await server.createDatabase(),
    entities: [OrderTotals, Customers],
    synchronize: true,
  });
  await dataSource.initialize();
  try {
    await dataSource.query(
      `CREATE TABLE orders (id int PRIMARY KEY, customer_id int);
       INSERT INTO orders VALUES (1, 1), (2, 1), (3, 2);
       SELECT pgstream.create_stream_table('public.order_totals', 'SELECT customer_id, count(*) AS orders FROM public.orders GROUP BY customer_id');
       SELECT pgstream.create_stream_table('public.customers', 'SELECT DISTINCT customer_id FROM public.orders');
       INSERT INTO orders VALUES (4, 2)`,
    );
    const { status } = await OrderTotals.refresh();
    const rows = await OrderTotals.find({ order: { customerId: 'ASC' } });
    // @ts-expect-error A stream table cannot be cleared.
    const refused: unknown = await OrderTotals.clear().catch((error: unknown) => error);
    const token = getStreamRepositoryToken(OrderTotals);
    console.log(
      JSON.stringify({
        status,
        rows,
        customers: await streamRepository(dataSource, Customers).count(),
        stale: await OrderTotals.isStale(),
        refused: isPgStreamError(refused) && refused.code,
        token: typeof token === 'symbol',
      }),
    );
  } finally {
    await dataSource.destroy();
    await server.stop();
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
