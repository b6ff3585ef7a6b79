import type { Database } from './database.ts';

/** What is asked of within a transaction as well as outside of one. */
type Models = Pick<Database, 'orm'>;

export interface Standing {
  readonly name: string;
  readonly orders: number;
  readonly total: string;
}

/** A new order, and what its customer has ordered in all, with it. Many at once share their refreshes. */
export async function place(db: Database, customerId: number, amount: string): Promise<Standing | null> {
  const { Order, OrderTotals } = db.orm.public;
  await OrderTotals.refreshAfter(() => Order.createAndCount([{ customerId, amount }]));
  return await standingOf(db, customerId);
}

/** Many orders, of which nobody sees one before all of them are in the totals: for a nightly import, while nobody else writes. */
export async function importOrders(
  db: Database,
  orders: readonly { readonly customerId: number; readonly amount: string }[],
): Promise<number> {
  return await db.transaction(async (tx) => {
    const written = await tx.orm.public.Order.createAndCount(orders);
    // Last: it keeps other writers out until the transaction ends.
    await tx.orm.public.OrderTotals.refresh();
    return written;
  });
}

async function standingOf({ orm }: Models, customerId: number): Promise<Standing | null> {
  const row = await orm.public.OrderTotals.where({ customerId }).include('customer').first();
  return row && { name: row.customer?.name ?? '', orders: Number(row.orders), total: row.total ?? '0' };
}

/** The customers, those with most first; one who has not ordered has no row in the stream table. */
export async function standings({ orm }: Models): Promise<readonly Standing[]> {
  const customers = await orm.public.Customer.include('totals')
    .orderBy((c) => c.name.asc())
    .all();
  return customers
    .map(({ name, totals }) => ({ name, orders: Number(totals?.orders ?? 0n), total: totals?.total ?? '0' }))
    .toSorted((a, b) => Number(b.total) - Number(a.total));
}

/** The regions, no older than that: whoever asks first refreshes for all. */
export async function regions(
  { orm }: Models,
  { maxAgeMs }: { readonly maxAgeMs: number },
): Promise<readonly { readonly region: string | null; readonly total: string | null }[]> {
  const { RegionTotals } = orm.analytics;
  await RegionTotals.refreshIfStale({ maxAgeMs });
  return await RegionTotals.orderBy((r) => r.region.asc()).all();
}
