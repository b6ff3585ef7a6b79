import { createPgStream } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { fromPostgresJs } from '@pgstream/core/postgres-js';
import pg from 'pg';
import postgres from 'postgres';

/** What the helpers are tried over: two connections of each driver, as an application has them. */
export const DRIVERS = {
  pg(url) {
    const pool = new pg.Pool({ connectionString: url, max: 2 });
    // What fails says so; what is cut off behind it is of no account.
    pool.on('error', () => {});
    return {
      pgstream: createPgStream(fromPg(pool)),
      insert: (table) => pool.query(`INSERT INTO public.${table} (customer_id, amount) VALUES (1, 1)`),
      async inTransaction(work) {
        const client = await pool.connect();
        try {
          await client.query('BEGIN');
          const result = await work(createPgStream(fromPg(client)));
          await client.query('COMMIT');
          return result;
        } finally {
          client.release();
        }
      },
      end: () => pool.end(),
    };
  },
  'postgres.js'(url, mode) {
    // Statements that it prepares are unknown in another session, and PgBouncer 1.18 loses the answers to queries that it sends
    // behind others: there it has more connections than it is asked for at once.
    const sql = postgres(url, { max: mode === 'session' ? 2 : 10, prepare: mode === 'session', onnotice: () => {} });
    return {
      pgstream: createPgStream(fromPostgresJs(sql)),
      insert: (table) => sql`INSERT INTO ${sql(`public.${table}`)} (customer_id, amount) VALUES (1, 1)`,
      inTransaction: (work) => sql.begin((transaction) => work(createPgStream(fromPostgresJs(transaction)))),
      end: () => sql.end(),
    };
  },
};
