// Serves a stream table, as a role that may read it and nothing else. The connection is that of the PG* variables.
import { createServer } from 'node:http';
import { createPgStream } from '@pgstream/core';
import { fromPg } from '@pgstream/core/pg';
import pg from 'pg';

const pool = new pg.Pool({ max: 10, connectionTimeoutMillis: 5_000 });
// An idle connection that the server ends, at a failover for one: the pool makes another.
pool.on('error', (error) => console.error(`A connection was lost: ${error.message}`));
const orderTotals = createPgStream(fromPg(pool)).table('order_totals');

const routes = {
  '/livez': async () => ({ status: 200, body: { alive: true } }),
  '/readyz': async () => {
    await pool.query('SELECT 1');
    return { status: 200, body: { ready: true } };
  },
  '/order-totals': async () => {
    const [{ rows }, status] = await Promise.all([
      pool.query('SELECT customer_id, orders::int, total::text FROM order_totals ORDER BY customer_id'),
      orderTotals.status(),
    ]);
    return { status: 200, body: { asOf: status.lastRefreshAt, isStale: status.isStale, rows } };
  },
};

const server = createServer((request, response) => {
  void answerTo(request.url ?? '/').then(({ status, body }) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body)),
  );
});

async function answerTo(path) {
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (route === undefined) return { status: 404, body: { error: 'There is nothing here.' } };
  try {
    return await route();
  } catch (error) {
    console.error(error);
    return { status: 503, body: { error: 'The database does not answer.' } };
  }
}

server.listen(Number(process.env.PORT ?? 8080), () => console.log(`Listening on port ${server.address().port}.`));

// Kubernetes takes the pod out of service and sends this: what was asked is still answered.
process.once('SIGTERM', () => {
  server.close(() => void pool.end());
});
