import { pgStreamTable, streamTable } from '@pgstream/drizzle';
import { defineStreamTable, streamRepository } from '@pgstream/typeorm';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, numeric, pgTable } from 'drizzle-orm/pg-core';
import { drizzle as drizzleOverPostgresJs } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import { DataSource, EntitySchema } from 'typeorm';
import { prisma } from '../../conformance/prisma/v7.10/index.ts';

const orders = pgTable('orders', { id: integer(), customerId: integer('customer_id'), amount: numeric() });
const orderTotals = pgStreamTable('order_totals', { customerId: integer('customer_id'), total: numeric() });

function overDrizzle(db) {
  return {
    helpers: streamTable(db, orderTotals),
    insert: (id, customerId) => db.insert(orders).values({ id, customerId, amount: '9.50' }),
    refreshInside: () => db.transaction((tx) => streamTable(tx, orderTotals).refresh()),
    async total(customerId) {
      const rows = await db.select().from(orderTotals).where(eq(orderTotals.customerId, customerId));
      return rows[0]?.total;
    },
  };
}

async function overTypeORM(url) {
  const int = { type: 'int' };
  const columns = { id: { type: 'int', primary: true }, customer_id: int, amount: { type: 'numeric' } };
  const Order = new EntitySchema({ name: 'orders', columns });
  const OrderTotals = defineStreamTable({
    name: 'order_totals',
    columns: { customer_id: { type: 'int', primary: true }, total: 'numeric' },
  });
  const dataSource = await new DataSource({
    type: 'postgres',
    url,
    entities: [Order, OrderTotals],
    extra: { max: 2 },
  }).initialize();
  const helpers = streamRepository(dataSource, OrderTotals);
  return {
    helpers,
    insert: (id, customerId) => dataSource.getRepository(Order).insert({ id, customer_id: customerId, amount: '9.50' }),
    refreshInside: () => dataSource.transaction((manager) => helpers.on(manager).refresh()),
    total: async (customerId) => (await helpers.findOneBy({ customer_id: customerId }))?.total,
    end: () => dataSource.destroy(),
  };
}

function overPrisma(url) {
  const { db, close } = prisma.newClient(url, []);
  const client = db.$extends(prisma.streamTables());
  return {
    helpers: client.orderTotals,
    insert: (id, customerId) => client.order.create({ data: { id, customerId, amount: '9.50' } }),
    refreshInside: () => client.$transaction((tx) => tx.orderTotals.refresh()),
    async total(customerId) {
      const row = await client.orderTotals.findUnique({ where: { customerId } });
      return row?.total.toFixed(2);
    },
    end: close,
  };
}

/** Each ORM over a driver that it is used with, as an application would connect. */
export const ORMS = {
  'Drizzle over pg': (url) => {
    const db = drizzle({ connection: { connectionString: url, max: 2 } });
    return { ...overDrizzle(db), end: () => db.$client.end() };
  },
  'Drizzle over postgres.js': (url, mode) => {
    // Statements that it prepares are unknown in another session, and PgBouncer 1.18 loses the answers to queries that it sends
    // behind others: there it has more connections than it is asked for at once.
    const sql = postgres(url, { max: mode === 'session' ? 2 : 10, prepare: mode === 'session', onnotice: () => {} });
    return { ...overDrizzle(drizzleOverPostgresJs(sql)), end: () => sql.end() };
  },
  TypeORM: overTypeORM,
  'Prisma 7': overPrisma,
};
