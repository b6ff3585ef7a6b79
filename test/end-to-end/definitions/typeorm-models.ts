import { defineStreamTable } from '@pgstream/typeorm';
import { EntitySchema } from 'typeorm';
import type { Version } from './scenario.ts';

const columns = {
  id: { type: 'int', primary: true },
  customerId: { type: 'int', name: 'customer_id' },
  amount: { type: 'numeric', precision: 12, scale: 2 },
  status: { type: 'text' },
} as const;
const discount = { type: 'numeric', precision: 12, scale: 2, default: 0 } as const;

function tablesOf(hasDiscount: boolean) {
  const order = new EntitySchema({
    name: 'Order',
    tableName: 'orders',
    columns: { ...columns, ...(hasDiscount && { discount }) },
  });
  const paidOrder = new EntitySchema({
    name: 'PaidOrder',
    type: 'view',
    tableName: 'paid_orders',
    expression: `SELECT id, customer_id, amount${hasDiscount ? ', discount' : ''} FROM public.orders WHERE status = 'paid'`,
    columns: {
      id: columns.id,
      customerId: columns.customerId,
      amount: columns.amount,
      ...(hasDiscount && { discount }),
    },
  });
  return { order, paidOrder };
}

/** One of each version: it reads the entities of its own. */
function streamTablesOf(version: Version, { paidOrder }: ReturnType<typeof tablesOf>) {
  const spent = version === 1 ? 'total' : 'spent';
  const OrderTotals = defineStreamTable({
    name: 'order_totals',
    schedule: '5m',
    columns: {
      customerId: { type: 'int', name: 'customer_id', primary: true },
      [spent]: 'numeric',
      orders: 'bigint',
    },
    query: (dataSource) =>
      dataSource
        .createQueryBuilder()
        .select('p.customerId', 'customer_id')
        .addSelect(version === 2 ? 'SUM(p.amount - p.discount)' : 'SUM(p.amount)', spent)
        .addSelect('COUNT(*)', 'orders')
        .from(paidOrder, 'p')
        .groupBy('p.customerId'),
  });
  const BigSpenders = defineStreamTable({
    name: 'big_spenders',
    schedule: '5m',
    columns: {
      customerId: { type: 'int', name: 'customer_id', primary: true },
      [spent]: 'numeric',
      ...(version === 3 && { orders: 'bigint' }),
    },
    query: (dataSource) => {
      const query = dataSource
        .createQueryBuilder()
        .select('t.customerId', 'customer_id')
        .addSelect(`t.${spent}`, spent)
        .from(OrderTotals, 't')
        .where(`t.${spent} > :least`, { least: 60 });
      return version === 3 ? query.addSelect('t.orders', 'orders') : query;
    },
  });
  return { OrderTotals, BigSpenders };
}

const [withDiscount, without] = [tablesOf(true), tablesOf(false)];
const modelsOf = (version: Version) => {
  const tables = version === 3 ? without : withDiscount;
  return { ...tables, ...streamTablesOf(version, tables) };
};
/** The entities of each version. */
export const MODELS = { 1: modelsOf(1), 2: modelsOf(2), 3: modelsOf(3) };
