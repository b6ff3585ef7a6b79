import { createPgStream } from '@pgstream/core';
import { fromTypeORM } from '@pgstream/typeorm';
import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The stream tables: made and dropped by the extension's own functions, never by CREATE TABLE and DROP TABLE. Every table
 * in a defining query is named with its schema, because the extension runs it later under another search_path.
 */
export class StreamTables1767225660000 implements MigrationInterface {
  async up(queryRunner: QueryRunner): Promise<void> {
    const pgstream = createPgStream(fromTypeORM(queryRunner));
    // One table, GROUP BY, sum and count: what the extension maintains incrementally.
    await pgstream.create({
      name: 'order_totals',
      query: 'SELECT customer_id, count(*) AS orders, sum(amount) AS total FROM public.orders GROUP BY customer_id',
      schedule: '1m',
    });
    // A join over the first: recomputed as a whole, which is right for every query.
    await pgstream.create({
      name: 'region_totals',
      query: `SELECT c.region, count(*) AS customers, sum(t.orders) AS orders, sum(t.total) AS total
                FROM public.order_totals t JOIN public.customers c ON c.id = t.customer_id GROUP BY c.region`,
      schedule: '1m',
      refreshMode: 'FULL',
    });
  }

  async down(queryRunner: QueryRunner): Promise<void> {
    const pgstream = createPgStream(fromTypeORM(queryRunner));
    // The one that reads the other first.
    await pgstream.table('region_totals').drop();
    await pgstream.table('order_totals').drop();
  }
}
