import type { Client } from 'pg';

/** Two sources with a few rows. The names are qualified, as queries of stream tables have to be. */
export async function createOrders(client: Client): Promise<void> {
  await client.query(`
    CREATE TABLE public.customers (id int PRIMARY KEY, name text);
    INSERT INTO public.customers VALUES (1, 'Ann'), (2, 'Bob');
    CREATE TABLE public.orders (id int PRIMARY KEY, customer_id int, amount numeric(12, 2), note text);
    INSERT INTO public.orders VALUES (1, 1, 10, 'a'), (2, 1, 5.5, NULL), (3, 2, 7, 'c');
  `);
}

/** A query that 0.1.1 maintains rightly. */
export const TOTALS = 'SELECT customer_id, sum(amount) AS total, count(*) AS n FROM public.orders GROUP BY customer_id';
