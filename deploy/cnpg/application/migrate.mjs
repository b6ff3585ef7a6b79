// Run by the owner of the database, before the application of this release: the tables, a stream table, and who may read it. It can
// be run again at any time. The connection is that of the PG* variables.
import { createPgStream, readOnlyRoleSql } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import pg from 'pg';

const client = new pg.Client();
await client.connect();
try {
  await client.query(`
    CREATE TABLE IF NOT EXISTS public.orders (
      id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
      customer_id int NOT NULL,
      amount numeric NOT NULL
    )`);
  const pgstream = createPgStream(fromPg(client));
  await pgstream.create({
    name: 'order_totals',
    query: 'SELECT customer_id, count(*) AS orders, sum(amount) AS total FROM public.orders GROUP BY customer_id',
    schedule: '1m',
    orReplace: true,
  });
  await client.query(readOnlyRoleSql('shop_reader', ['order_totals'], { dialect: await pgstream.dialect() }));
} finally {
  await client.end();
}
