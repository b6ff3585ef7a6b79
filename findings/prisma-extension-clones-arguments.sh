#!/bin/sh
# Prisma: a query extension that hands its arguments on changes what is stored, where a Json value has a prototype.
#
# prisma@7.10.0. A hook gets a copy of the arguments, made of their own properties: without prototypes, and so without toJSON(), which
# Prisma asks of values without an extension. `query(args)` hands on the copy.
#
#> without an extension: {"eur":0.05}
#> with $extends({ query: { item: { create: ({ args, query }) => query(args) } } }): {"cents":5}

. "$(dirname "$0")/lib/finding.sh"
prisma <<'SCHEMA'
model Item {
  id    Int  @id
  price Json
}
SCHEMA
postgres

cat > finding.js <<'JS'
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '@prisma/client';

class Money {
  cents = 5;
  toJSON() {
    return { eur: this.cents / 100 };
  }
}

const plain = new PrismaClient({ adapter: new PrismaPg({ connectionString: process.env.DATABASE_URL }) });
await plain.$executeRaw`CREATE TABLE "Item" (id int PRIMARY KEY, price jsonb NOT NULL)`;
const extended = plain.$extends({ query: { item: { create: ({ args, query }) => query(args) } } });

const stored = async (client, id) => {
  await client.item.create({ data: { id, price: new Money() } });
  const { price } = await plain.item.findUniqueOrThrow({ where: { id } });
  return JSON.stringify(price);
};
console.log('without an extension:', await stored(plain, 1));
console.log(
  'with $extends({ query: { item: { create: ({ args, query }) => query(args) } } }):',
  await stored(extended, 2),
);
await plain.$disconnect();
JS
observe node finding.js
