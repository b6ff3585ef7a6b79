import { once } from 'node:events';
import { createPgStream, type SqlExecutor } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import { Pool } from 'pg';

/** A process with callers that share nothing, each with a pool of its own: it writes, refreshes, and looks for its write. */
const [, , connectionString = '', first = '0', count = '1'] = process.argv;

let refused = 0;

/** Says so when each caller has been refused once. */
function counting(executor: SqlExecutor): SqlExecutor {
  return {
    ...executor,
    async query(text, params) {
      try {
        return await executor.query(text, params);
      } catch (error) {
        refused += 1;
        if (refused === callers.length) process.send?.('refused');
        throw error;
      }
    },
  };
}

const callers = await Promise.all(
  Array.from({ length: Number(count) }, async (_, index) => {
    const pool = new Pool({ connectionString, max: 1 });
    const customer = Number(first) + index;
    const pgstream = createPgStream(counting(fromPg(pool)));
    await pool.query('INSERT INTO public.orders (customer_id) VALUES ($1)', [customer]);
    await pgstream.dialect();
    return { pool, table: pgstream.table('totals'), customer };
  }),
);

process.send?.('ready');
await once(process, 'message');
const answers = await Promise.all(
  callers.map(async ({ pool, table, customer }) => {
    const { shared } = await table.refresh({ ifBusy: 'wait' });
    const { rowCount } = await pool.query('SELECT FROM public.totals WHERE customer_id = $1', [customer]);
    await pool.end();
    return { shared, found: rowCount === 1 };
  }),
);
process.send?.(answers);
process.disconnect();
