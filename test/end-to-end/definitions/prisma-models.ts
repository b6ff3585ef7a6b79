import type { Version } from './scenario.ts';

const SETTINGS = `generator client {
  provider        = "prisma-client"
  output          = "./generated/client"
  moduleFormat    = "esm"
  previewFeatures = ["views"]
}

generator pgstream {
  provider = "pgstream-prisma"
  output   = "./generated/pgstream"
}

datasource db {
  provider = "postgresql"
}
`;

const tables = (discount: string): string => `
model Order {
  id         Int     @id
  customerId Int     @map("customer_id")
  amount     Decimal @db.Decimal(12, 2)
  status     String
${discount}
  @@map("orders")
}

view PaidOrder {
  id         Int     @unique
  customerId Int     @map("customer_id")
  amount     Decimal @db.Decimal(12, 2)
${discount}
  @@map("paid_orders")
}
`;
const DISCOUNT = '  discount   Decimal @default(0) @db.Decimal(12, 2)\n';

const streamTables = (spent: string, ofBig = ''): string => `
/// What each customer has paid.
/// @streamTable(query: "order_totals.sql", schedule: "5m")
view OrderTotals {
  customerId Int      @unique @map("customer_id") @db.Integer
  ${spent}      Decimal? @db.Decimal
  orders     BigInt   @db.BigInt

  @@map("order_totals")
}

/// @streamTable(query: "big_spenders.sql", schedule: "5m")
view BigSpenders {
  customerId Int      @unique @map("customer_id") @db.Integer
  ${spent}      Decimal? @db.Decimal
${ofBig}
  @@map("big_spenders")
}
`;

const totals = (sum: string): string =>
  `SELECT customer_id, ${sum}, count(*) AS orders\nFROM public.paid_orders\nGROUP BY customer_id;\n`;

/** The files of each version: the schema, and the queries beside it. */
export const FILES: Readonly<Record<Version, Readonly<Record<string, string>>>> = {
  1: {
    'schema.prisma': SETTINGS + tables(DISCOUNT) + streamTables('total'),
    'order_totals.sql': totals('sum(amount) AS total'),
    'big_spenders.sql': 'SELECT customer_id, total FROM public.order_totals WHERE total > 60;\n',
  },
  2: {
    'schema.prisma': SETTINGS + tables(DISCOUNT) + streamTables('spent'),
    'order_totals.sql': totals('sum(amount - discount) AS spent'),
    'big_spenders.sql': 'SELECT customer_id, spent FROM public.order_totals WHERE spent > 60;\n',
  },
  3: {
    'schema.prisma': SETTINGS + tables('') + streamTables('spent', '  orders     BigInt   @db.BigInt\n'),
    'order_totals.sql': totals('sum(amount) AS spent'),
    'big_spenders.sql': 'SELECT customer_id, spent, orders FROM public.order_totals WHERE spent > 60;\n',
  },
};

/** As `migrate diff` writes it; what it says of views, which Prisma does not migrate, is written by hand. */
export const DISCOUNTED = {
  table: `CREATE TABLE "orders" (
  "id" INTEGER NOT NULL,
  "customer_id" INTEGER NOT NULL,
  "amount" DECIMAL(12,2) NOT NULL,
  "status" TEXT NOT NULL,
  "discount" DECIMAL(12,2) NOT NULL DEFAULT 0,
  CONSTRAINT "orders_pkey" PRIMARY KEY ("id")
)`,
  view: `CREATE VIEW "paid_orders" AS SELECT id, customer_id, amount, discount FROM public.orders WHERE status = 'paid'`,
};
export const VIEW = `CREATE VIEW "paid_orders" AS SELECT id, customer_id, amount FROM public.orders WHERE status = 'paid'`;
