#!/bin/sh
# Drizzle's cache: a query that reads its tables in a `with` alone is kept under no table, so a write to them leaves it as it is.
#
# drizzle-orm@0.45.4, with a cache whose strategy is 'all' and that does what the documentation of custom caches shows: it keeps an
# answer with the tables it is given, and forgets it when one of them is written. The same query without the `with` is kept under
# its table.
#
#> rows of a select, kept under orders: 1, after an insert: 2
#> rows of a select from a with, kept under nothing: 2, after an insert: 2 (in the table: 3)

. "$(dirname "$0")/lib/finding.sh"
install drizzle-orm@0.45.4 pg@8.23.1
postgres

cat > finding.js <<'JS'
import { getTableName, is, Table } from 'drizzle-orm';
import { Cache } from 'drizzle-orm/cache/core';
import { drizzle } from 'drizzle-orm/node-postgres';
import { integer, pgTable } from 'drizzle-orm/pg-core';

const nameOf = (table) => (is(table, Table) ? getTableName(table) : table);

class Kept extends Cache {
  answers = new Map();
  strategy() {
    return 'all';
  }
  async get(key) {
    return this.answers.get(key)?.rows;
  }
  async put(key, rows, tables) {
    this.answers.set(key, { rows, tables });
  }
  async onMutate({ tables = [] }) {
    const written = [tables].flat().map(nameOf);
    for (const [key, { tables: read }] of this.answers) if (read.some((name) => written.includes(name))) this.answers.delete(key);
  }
}

const cache = new Kept();
const db = drizzle(process.env.DATABASE_URL, { cache });
await db.$client.query('CREATE TABLE orders (id integer PRIMARY KEY)');
const orders = pgTable('orders', { id: integer().primaryKey() });
await db.insert(orders).values({ id: 1 });

const plain = () => db.select().from(orders);
const all = db.$with('all_orders').as(db.select().from(orders));
const through = () => db.with(all).select().from(all);
const keptUnder = () => [...cache.answers.values()].at(-1).tables.join(', ') || 'nothing';

const first = (await plain()).length;
const under = keptUnder();
await db.insert(orders).values({ id: 2 });
console.log(`rows of a select, kept under ${under}: ${first}, after an insert: ${(await plain()).length}`);

cache.answers.clear();
const before = (await through()).length;
const underWith = keptUnder();
await db.insert(orders).values({ id: 3 });
const after = (await through()).length;
const { rows } = await db.$client.query('SELECT count(*)::int AS n FROM orders');
console.log(`rows of a select from a with, kept under ${underWith}: ${before}, after an insert: ${after} (in the table: ${rows[0].n})`);
await db.$client.end();
JS
observe node finding.js
