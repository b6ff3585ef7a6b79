import { extensionNamed, startEmulator } from '@pgstream/emulator';
import { isPgStreamError } from '@pgstream/prisma8';
import { migrate, openDatabase } from './database.ts';
import { importOrders, place, regions, standings } from './orders.ts';

await using server = await startEmulator(extensionNamed(process.env['PGSTREAM_TEST_EXTENSION']));
await using db = openDatabase(await server.createDatabase('orders'));
await migrate(db);

await db.orm.public.Customer.createAndCount([
  { name: 'Ada', region: 'north' },
  { name: 'Bob', region: 'south' },
  { name: 'Cy', region: 'north' },
]);

console.log('An order, and all of its customer’s with it:', await place(db, 1, '9.5'));
const imported = await importOrders(db, [
  { customerId: 1, amount: '30' },
  { customerId: 2, amount: '12.25' },
]);
console.log(`${imported} more, in one transaction:`, await standings(db));
console.log('By region, not older than a second:', await regions(db, { maxAgeMs: 1_000 }));

// Past the types, as JavaScript would.
const totals = db.orm.public.OrderTotals.where({ customerId: 1 }) as unknown as { deleteAndCount(): Promise<number> };
await totals.deleteAndCount().catch((error: unknown) => {
  if (!isPgStreamError(error, 'READ_ONLY')) throw error;
  console.log('A write to a stream table:', error.message);
});
