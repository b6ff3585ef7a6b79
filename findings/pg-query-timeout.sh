#!/bin/sh
# pg: once `query_timeout` has fired, a ROLLBACK is given up without being sent, and the pool hands out a connection that is
# still in the transaction.
#
# pg@8.23.1. A statement takes longer than query_timeout and is rejected, but goes on in the server. The ROLLBACK that
# the program sends next waits behind it in the client's queue, until its own time is over: then it is taken out of the queue. The
# program releases the client, as an ORM does, without an error; the next borrower writes into the transaction that was
# to be rolled back, and commits nothing.
#
#> the slow statement: Query read timeout
#> the ROLLBACK: Query read timeout
#> the next borrower's connection: INSERT done
#> its state in the server: idle in transaction
#> rows that others see: 0

. "$(dirname "$0")/lib/finding.sh"
install pg@8.23.1
postgres

cat > finding.js <<'JS'
import pg from 'pg';

const url = process.env.DATABASE_URL;
const others = new pg.Client(url);
await others.connect();
await others.query('CREATE TABLE orders (id int)');
const pool = new pg.Pool({ connectionString: url, max: 1, query_timeout: 300 });

const client = await pool.connect();
const pid = client.processID;
try {
  await client.query('BEGIN');
  await client.query('SELECT pg_sleep(1.5)');
} catch (error) {
  console.log('the slow statement:', error.message);
  await client.query('ROLLBACK').catch((failure) => console.log('the ROLLBACK:', failure.message));
} finally {
  client.release();
}

await new Promise((resolve) => setTimeout(resolve, 2_000)); // the slow statement is over
const { command } = await pool.query('INSERT INTO orders VALUES (1)');
console.log("the next borrower's connection:", command, 'done');
const states = await others.query('SELECT state FROM pg_stat_activity WHERE pid = $1', [pid]);
console.log('its state in the server:', states.rows[0].state);
const seen = await others.query('SELECT count(*)::int AS n FROM orders');
console.log('rows that others see:', seen.rows[0].n);
await pool.end();
await others.end();
JS
observe node finding.js
