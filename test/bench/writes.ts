import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { isPgStreamError } from '@pgstream/core';
import { pgStreamTable, streamTable } from '@pgstream/drizzle';
import { defineStreamTable } from '@pgstream/typeorm';
import { PrismaPg } from '@prisma/adapter-pg';
import { eq } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, numeric, pgTable, serial } from 'drizzle-orm/pg-core';
import type { Client } from 'pg';
import { DataSource } from 'typeorm';

import { generatePrisma } from './prisma-client.ts';

/** Requests at once: each client waits for its answer before it sends the next one. */
const CLIENTS = [4, 32] as const;
const CONNECTIONS = 10;

/** Stores an order of a customer and refreshes; gives how many orders the stream table has of that customer. */
type Form = (customer: number) => PromiseLike<unknown>;

interface Orm extends AsyncDisposable {
  readonly name: string;
  readonly forms: Readonly<Record<(typeof FORMS)[number], Form>>;
}

const FORMS = ['refreshAfter()', 'in one transaction'] as const;

/** What requests to a server came to. */
export interface WritesMeasurement {
  readonly name: string;
  /** Requests that were answered with success, each second. */
  readonly succeededPerSecond: number;
  readonly answeredPerSecond: number;
  /** Of all requests: 1 is all of them. */
  readonly succeeded: number;
  /** Of the orders that were answered with success, those whose answer includes them; null where there is none. */
  readonly right: number | null;
  /** What became of the others. */
  readonly refusals: string;
  readonly rounds: number;
}

/** Orders over HTTP, each refreshed after its commit and each refreshed inside of its transaction, by each ORM. */
export async function measureWrites(client: Client, url: string, requests: number): Promise<WritesMeasurement[]> {
  await client.query(`
    CREATE TABLE orders (id serial PRIMARY KEY, customer integer NOT NULL, amount numeric NOT NULL);
    INSERT INTO orders (customer, amount) SELECT 1000 + n % 1000, n FROM generate_series(1, 10000) AS n;
    SELECT pgstream.create_stream_table('public.order_totals', schedule => '5m', query =>
      'SELECT customer, sum(amount) AS total, count(*) AS orders FROM public.orders GROUP BY customer');
    SELECT pgstream.refresh_stream_table('public.order_totals')`);
  const measured: WritesMeasurement[] = [];
  for (const open of [openDrizzle, openTypeOrm, openPrisma]) {
    await using orm = await open(url);
    for (const clients of CLIENTS) {
      for (const form of FORMS) {
        const name = `${orm.name}, ${clients} at once, ${form}`;
        measured.push({ name, ...(await measureOver(client, orm.forms[form], clients, requests)) });
      }
    }
  }
  return measured;
}

async function measureOver(client: Client, form: Form, clients: number, requests: number) {
  await client.query('DELETE FROM orders WHERE customer < 1000');
  await client.query(`SELECT pgstream.refresh_stream_table('public.order_totals')`);
  const server = createServer((request, response) => {
    const customer = Number(new URL(request.url ?? '', 'http://localhost').searchParams.get('customer'));
    form(customer).then(
      (orders) => response.end(String(orders)),
      (error: unknown) => response.writeHead(503).end(isPgStreamError(error) ? error.code : String(error)),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/?customer=`;

  const each = Math.ceil(requests / clients);
  const began = performance.now();
  const outcomes = await Promise.all(
    Array.from({ length: clients }, async (_, customer) => {
      let [succeeded, right] = [0, 0];
      const refusals: string[] = [];
      for (let request = 0; request < each; request += 1) {
        const response = await fetch(`${url}${customer}`, { method: 'POST' });
        const text = await response.text();
        if (!response.ok) {
          refusals.push(text);
          continue;
        }
        succeeded += 1;
        // A customer is one client's alone: its answer has as many orders as were answered with success.
        if (Number(text) === succeeded) right += 1;
      }
      return { succeeded, right, refusals };
    }),
  );
  const seconds = (performance.now() - began) / 1_000;
  server.close();
  await once(server, 'close');

  const sum = (key: 'succeeded' | 'right') => outcomes.reduce((total, outcome) => total + outcome[key], 0);
  const { rows } = await client.query<{ n: number }>('SELECT count(*)::int AS n FROM orders WHERE customer < 1000');
  const stored = rows[0]?.n ?? Number.NaN;
  if (stored !== sum('succeeded')) {
    throw new Error(`${stored} orders are stored, and ${sum('succeeded')} were said to be.`);
  }
  return {
    succeededPerSecond: sum('succeeded') / seconds,
    answeredPerSecond: (each * clients) / seconds,
    succeeded: sum('succeeded') / (each * clients),
    right: sum('succeeded') > 0 ? sum('right') / sum('succeeded') : null,
    refusals: [...new Set(outcomes.flatMap(({ refusals }) => refusals))].toSorted().join(', '),
    rounds: each * clients,
  };
}

async function openDrizzle(url: string): Promise<Orm> {
  const orders = pgTable('orders', { id: serial(), customer: integer(), amount: numeric() });
  const orderTotals = pgStreamTable('order_totals', { customer: integer(), orders: integer() });
  const db = drizzle({ connection: { connectionString: url, max: CONNECTIONS } });
  const ordersOf = async (customer: number, on: Pick<typeof db, 'select'> = db): Promise<unknown> => {
    const [totals] = await on.select().from(orderTotals).where(eq(orderTotals.customer, customer));
    return totals?.orders;
  };
  return {
    name: 'Drizzle',
    forms: {
      async 'refreshAfter()'(customer) {
        await streamTable(db, orderTotals).refreshAfter(() => db.insert(orders).values({ customer, amount: '1' }));
        return await ordersOf(customer);
      },
      'in one transaction': (customer) =>
        db.transaction(async (tx) => {
          await tx.insert(orders).values({ customer, amount: '1' });
          await streamTable(tx, orderTotals).refresh();
          return await ordersOf(customer, tx);
        }),
    },
    [Symbol.asyncDispose]: () => db.$client.end(),
  };
}

async function openTypeOrm(url: string): Promise<Orm> {
  const columns = { customer: { type: 'int', primary: true }, orders: 'int' } as const;
  const OrderTotals = defineStreamTable({ name: 'order_totals', columns });
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    entities: [OrderTotals],
    extra: { max: CONNECTIONS },
  });
  await dataSource.initialize();
  const INSERT = 'INSERT INTO orders (customer, amount) VALUES ($1, 1)';
  return {
    name: 'TypeORM',
    forms: {
      async 'refreshAfter()'(customer) {
        await OrderTotals.refreshAfter(() => dataSource.query(INSERT, [customer]));
        return (await OrderTotals.findOneByOrFail({ customer })).orders;
      },
      'in one transaction': (customer) =>
        dataSource.transaction(async (manager) => {
          await manager.query(INSERT, [customer]);
          await OrderTotals.refresh({ on: manager });
          return (await manager.findOneByOrFail(OrderTotals, { customer })).orders;
        }),
    },
    [Symbol.asyncDispose]: () => dataSource.destroy(),
  };
}

const MODELS = `
model Order {
  id       Int     @id @default(autoincrement())
  customer Int
  amount   Decimal

  @@map("orders")
}

/// @streamTable
view OrderTotals {
  customer Int    @unique
  orders   BigInt

  @@map("order_totals")
}`;

/** A client or a transaction, as far as it is measured. */
interface PrismaDb {
  readonly order: { create(args: object): PromiseLike<unknown> };
  readonly orderTotals: {
    findUniqueOrThrow(args: object): PromiseLike<{ readonly orders: bigint }>;
    refresh(): PromiseLike<unknown>;
    refreshAfter(work: () => PromiseLike<unknown>): PromiseLike<unknown>;
  };
  $extends(extension: object): PrismaDb;
  $transaction<T>(work: (tx: PrismaDb) => Promise<T>): Promise<T>;
  $disconnect(): Promise<void>;
}

const orderOf = (customer: number): object => ({ data: { customer, amount: 1 } });

const ordersOf = async (customer: number, db: PrismaDb): Promise<bigint> =>
  (await db.orderTotals.findUniqueOrThrow({ where: { customer } })).orders;

async function openPrisma(url: string): Promise<Orm> {
  const generated = await generatePrisma('writes', MODELS);
  const { PrismaClient } = await generated.load<{ PrismaClient: new (options: object) => PrismaDb }>(
    'client/client.ts',
  );
  const { streamTables } = await generated.load<{ streamTables: () => object }>('pgstream/index.ts');
  const client = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: CONNECTIONS }) });
  const prisma = client.$extends(streamTables());
  return {
    name: 'Prisma',
    forms: {
      async 'refreshAfter()'(customer) {
        await prisma.orderTotals.refreshAfter(() => prisma.order.create(orderOf(customer)));
        return await ordersOf(customer, prisma);
      },
      'in one transaction': (customer) =>
        prisma.$transaction(async (tx) => {
          await tx.order.create(orderOf(customer));
          await tx.orderTotals.refresh();
          return await ordersOf(customer, tx);
        }),
    },
    async [Symbol.asyncDispose]() {
      await client.$disconnect();
      await generated[Symbol.asyncDispose]();
    },
  };
}
