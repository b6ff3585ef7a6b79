// Everything through a real PgBouncer, in session and in transaction mode, on the emulator's SQL of both extensions: each
// helper over each driver, and writers beside refreshers, after which no row may be lost. PgBouncer is a package of Debian's,
// so it is no part of the test command:
//   apt-get install pgbouncer && pnpm exec turbo run build generate && node --import tsx test/integrations/pgbouncer/run.mjs
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createPgStream } from '@pgstream/core';
import { fromPg, listenWithPg } from '@pgstream/core/pg';
import { startEmulator } from '@pgstream/emulator';
import pg from 'pg';
import { DRIVERS } from './drivers.mjs';
import { ORMS } from './orms.mjs';
import { startPgBouncer } from './pgbouncer.mjs';

const CLI = join(import.meta.dirname, '../../../packages/cli/dist/cli.mjs');
/** How long writers and refreshers run, in milliseconds, for each of the four. */
const LOAD_MS = 5_000;
/** In transaction mode fewer sessions than there are clients, so that they are lent. */
const MODES = { session: { poolSize: 20 }, transaction: { poolSize: 4 } };

const EXTENSIONS = [
  { extension: 'pg_stream', schema: 'pgstream' },
  { extension: 'pg_trickle', schema: 'pgtrickle' },
];

for (const { extension, schema } of EXTENSIONS) {
  const emulator = await startEmulator({ extension, scheduler: false });
  try {
    for (const [mode, { poolSize }] of Object.entries(MODES)) {
      const pgbouncer = await startPgBouncer(emulator.url, { mode, poolSize });
      try {
        await through({ direct: await emulator.createDatabase(), pgbouncer, mode, poolSize, extension, schema });
      } finally {
        await pgbouncer.stop();
      }
    }
  } finally {
    await emulator.stop();
  }
}

async function through({ direct, pgbouncer, mode, poolSize, extension, schema }) {
  const say = (text) => console.log(`${extension}, ${mode} mode: ${text}`);
  const url = pgbouncer.url(direct);
  const admin = new pg.Client(direct);
  await admin.connect();
  try {
    await admin.query(`
      CREATE TABLE public.orders (id serial PRIMARY KEY, customer_id int, amount int);
      CREATE TABLE public.payments (id serial PRIMARY KEY, customer_id int, amount int)`);
    for (const [name, driver] of Object.entries(DRIVERS)) {
      const connected = driver(url, mode);
      try {
        await helpers(connected, name.replaceAll(/\W/g, '_'));
      } finally {
        await connected.end();
      }
      say(`each helper over ${name} does what it does elsewhere.`);
    }
    await models(url, admin, mode);
    say('models of Drizzle, TypeORM and Prisma show what was written before they were refreshed.');
    await admin.query(
      'DROP TABLE public.orders CASCADE; CREATE TABLE public.orders (id serial PRIMARY KEY, customer_id int, amount int)',
    );
    say(await load(url, admin));
    await listening(url, direct, mode);
    say(`what listens through it hears ${mode === 'session' ? 'what is notified' : 'nothing, and is not told so'}.`);
    await reset(url);
    say('a session that has refreshed is lent to somebody else, who refreshes.');
    await commands(url, admin, { extension, schema, mode });
    say('two "pgstream run" have shared the work, and "pgstream doctor" knows the mode.');
    await leavesNothing(url, admin, poolSize);
    say('no setting and no lock is left in a session.');
  } finally {
    await admin.end();
  }
}

/** Each helper, with what it gives where nothing is in between. */
async function helpers({ pgstream, insert, inTransaction }, name) {
  const query = 'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id';
  const table = await pgstream.create({ name, query, schedule: '5m' });
  assert.equal((await table.refresh()).status, 'refreshed');
  await insert('orders');
  assert.equal((await table.refresh({ timeoutMs: 20_000 })).status, 'refreshed');
  assert.equal(await table.isStale(), false);
  assert.equal(await table.isStale({ maxAgeMs: 0 }), true);
  assert.ok((await table.lastRefreshAt()) instanceof Date);
  assert.ok((await table.stalenessMs()) >= 0);
  assert.equal((await table.status()).status, 'ACTIVE');
  assert.ok((await pgstream.list()).length >= 1);
  assert.ok(Array.isArray(await table.history()));
  assert.equal((await table.explain()).isDifferentiable, true);
  assert.ok((await pgstream.graph()).nodes.length >= 2);
  assert.notEqual((await pgstream.health()).status, 'error');
  assert.equal((await pgstream.columns(name)).length, 2);
  assert.equal(await pgstream.canWrite(name), true);
  assert.equal((await table.refreshIfStale({ maxAgeMs: 60_000 })).status, 'fresh');
  assert.equal((await table.refreshIfStale({ maxAgeMs: 0 })).status, 'refreshed');
  await table.refreshAfter(() => insert('orders'));
  await table.waitUntilFresh({ maxAgeMs: 60_000 });
  await insert('orders');
  const since = await pgstream.currentLsn();
  const waiting = table.waitUntilFresh({ since, timeoutMs: 20_000 });
  // What it waits for is a refresh that begins after it has looked.
  await sleep(500);
  await table.refresh();
  await waiting;
  await pgstream.readYourWrites(() => insert('orders'), [name]);
  assert.equal((await pgstream.refreshAll()).ok, true);
  assert.equal((await table.verify()).status, 'verified');
  assert.equal((await table.verify({ afterRefresh: true })).status, 'verified');
  assert.equal((await table.repair()).status, 'repaired');
  await table.alter({ schedule: '10m' });
  assert.equal((await table.status()).schedule.everyMs, 600_000);
  await table.suspend();
  await assert.rejects(table.refresh(), { code: 'SUSPENDED' });
  await table.resume();
  const inside = await inTransaction((theirs) => theirs.table(name).refresh());
  assert.equal(inside.status, 'refreshed');
  // Refusals leave a transaction usable: the outcome is read by a second statement of the same one.
  const refused = await inTransaction(async (theirs) => {
    const code = await theirs
      .table('not_there')
      .refresh()
      .catch((error) => error.code);
    return [code, await theirs.table(name).isStale()];
  });
  assert.deepEqual(refused, ['NOT_FOUND', false]);
  const watcher = await pgstream.watch([name]);
  assert.equal(watcher.isStale(name), false);
  await watcher.close();
  await table.drop();
}

/** Several at once of each ORM: all that it wrote is in what it reads after `refreshAfter()`. */
async function models(url, admin, mode) {
  await admin.query('ALTER TABLE public.orders ALTER amount TYPE numeric(12, 2)');
  const { pgstream, end } = DRIVERS.pg(url);
  const query = 'SELECT customer_id, sum(amount) AS total, count(*) AS orders FROM public.orders GROUP BY customer_id';
  const table = await pgstream.create({ name: 'order_totals', query, schedule: '5m' });
  let id = 1_000;
  for (const [nth, orm] of Object.values(ORMS).entries()) {
    const { helpers: model, insert, refreshInside, total, end: endOfOrm } = await orm(url, mode);
    const written = async (customer) => {
      for (const soFar of ['9.50', '19.00', '28.50']) {
        await model.refreshAfter(() => insert(id++, customer));
        assert.equal(await total(customer), soFar);
      }
    };
    await Promise.all([1, 2, 3, 4, 5].map((each) => written(100 * (nth + 1) + each)));
    assert.equal(await model.isStale(), false);
    assert.equal((await model.refresh({ timeoutMs: 20_000 })).status, 'refreshed');
    assert.equal((await refreshInside()).status, 'refreshed');
    await model.waitUntilFresh({ maxAgeMs: 60_000 });
    assert.equal((await model.verify()).status, 'verified');
    await endOfOrm();
  }
  await table.drop();
  await end();
}

/** How many rows of one query are not in the other, each as often as it is there. */
function difference(one, other) {
  return `SELECT count(*)::int FROM ((${one}) EXCEPT ALL (${other})) d`;
}

/** Writers, refreshers and refreshing transactions at once; afterwards each stream table is compared with its query. */
async function load(url, admin) {
  const tables = {
    order_totals: 'SELECT customer_id, sum(amount) AS total, count(*) AS n FROM public.orders GROUP BY customer_id',
    large_orders: 'SELECT id, amount FROM public.orders WHERE amount > 50',
    all_amounts: `SELECT 'order' AS kind, id, amount FROM public.orders UNION ALL SELECT 'payment' AS kind, id, amount FROM public.payments`,
  };
  const overPg = DRIVERS.pg(url);
  const overPostgresJs = DRIVERS['postgres.js'](url, 'transaction');
  for (const [name, query] of Object.entries(tables)) await overPg.pgstream.create({ name, query, schedule: '5m' });
  const names = Object.keys(tables);
  const until = performance.now() + LOAD_MS;
  const counts = { writes: 0, refreshes: 0, refused: 0 };
  const writers = new pg.Pool({ connectionString: url, max: 6 });
  writers.on('error', () => {});

  async function write(customer) {
    while (performance.now() < until) {
      const client = await writers.connect();
      try {
        await client.query('BEGIN');
        await client.query('INSERT INTO public.orders (customer_id, amount) VALUES ($1, $2)', [
          customer,
          counts.writes % 100,
        ]);
        await client.query('UPDATE public.orders SET amount = amount + 1 WHERE customer_id = $1 AND id % 3 = 0', [
          customer,
        ]);
        if (counts.writes % 3 === 0)
          await client.query('INSERT INTO public.payments (customer_id, amount) VALUES ($1, 1)', [customer]);
        if (counts.writes % 5 === 0) {
          await client.query(
            'DELETE FROM public.orders WHERE id = (SELECT min(id) FROM public.orders WHERE customer_id = $1)',
            [customer],
          );
        }
        await client.query('COMMIT');
        counts.writes++;
      } finally {
        client.release();
      }
      await sleep(5);
    }
  }
  async function refresh({ pgstream, inTransaction }, nth) {
    for (let turn = nth; performance.now() < until; turn++) {
      const name = names[turn % names.length];
      const refreshing =
        turn % 4 === 0
          ? inTransaction((theirs) => theirs.table(name).refresh())
          : pgstream.table(name).refresh({ timeoutMs: 10_000 });
      const code = await refreshing.then(
        () => undefined,
        (error) => error.code ?? String(error),
      );
      if (code === undefined) counts.refreshes++;
      else if (code === 'SOURCES_BUSY' || code === 'REFRESH_BUSY' || code === 'TIMEOUT') counts.refused++;
      else throw new Error(`A refresh failed with ${code}.`);
      await sleep(20);
    }
  }
  await Promise.all([
    ...[1, 2, 3, 4, 5, 6].map((customer) => write(customer)),
    ...[0, 1, 2].map((nth) => refresh(nth === 1 ? overPostgresJs : overPg, nth)),
  ]);

  let rows = 0;
  for (const [name, query] of Object.entries(tables)) {
    await overPg.pgstream.table(name).refresh();
    const columns = (await overPg.pgstream.columns(name)).map((column) => column.name).join(', ');
    const shown = `SELECT ${columns} FROM public.${name}`;
    const { rows: found } = await admin.query(
      `SELECT (${difference(query, shown)}) AS missing, (${difference(shown, query)}) AS surplus, (SELECT count(*)::int FROM public.${name}) AS n`,
    );
    rows += found[0].n;
    assert.deepEqual({ name, missing: found[0].missing, surplus: found[0].surplus }, { name, missing: 0, surplus: 0 });
  }
  assert.ok(counts.writes > 0 && counts.refreshes > 0);
  await Promise.all([writers.end(), overPg.end(), overPostgresJs.end()]);
  return `${counts.writes} writes beside ${counts.refreshes} refreshes (${counts.refused} found sources or stream table busy): ${rows} rows, none missing, none too many.`;
}

/** What is notified is heard in a session of one's own alone, and nobody says so in transaction mode. */
async function listening(url, direct, mode) {
  const { pgstream, end } = DRIVERS.pg(direct);
  const events = await pgstream.events({ listener: listenWithPg(() => new pg.Client(url)) });
  const heard = [];
  events.on('resumed', ({ table }) => heard.push(table.name));
  const table = pgstream.table('order_totals');
  await table.suspend();
  await table.resume();
  for (let waitedMs = 0; waitedMs < 2_000 && heard.length === 0; waitedMs += 50) await sleep(50);
  await events.close();
  await end();
  assert.deepEqual(heard, mode === 'session' ? ['order_totals'] : []);
}

async function commands(url, admin, { extension, schema, mode }) {
  const prefix = extension === 'pg_stream' ? 'pgs' : 'pgt';
  const catalog = `${schema}.${prefix}_stream_tables`;
  const old = `now() - interval '1 hour'`;
  await admin.query(`UPDATE ${catalog} SET data_timestamp = ${old}, last_refresh_at = ${old}`);
  const runs = [1, 2].map(() => command(['run', '--all', '--once', '--url', url]));
  for (const { code, out } of await Promise.all(runs)) assert.equal(code, 0, out);
  const { rows } = await admin.query(
    `SELECT count(*)::int AS stale FROM ${catalog} WHERE last_refresh_at < now() - interval '5 min'`,
  );
  assert.deepEqual(rows, [{ stale: 0 }]);
  const { out } = await command(['doctor', '--json', '--url', url]);
  assert.equal(out.includes('"TRANSACTION_POOLING"'), mode === 'transaction');
}

/** How the command line ended, and what it said. */
async function command(args) {
  return await new Promise((resolve) => {
    execFile(process.execPath, [CLI, ...args], (error, out, err) =>
      resolve({ code: error?.code ?? 0, out: out + err }),
    );
  });
}

/** A session that has refreshed goes back to PgBouncer, which resets it, and is lent again. */
async function reset(url) {
  const refreshed = [];
  for (const customer of [11, 12, 13]) {
    const client = new pg.Client(url);
    await client.connect();
    const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
    await client.query('INSERT INTO public.orders (customer_id, amount) VALUES ($1, 1)', [customer]);
    await createPgStream(fromPg(client)).table('order_totals').refresh();
    refreshed.push(rows[0].pid);
    await client.end();
    // PgBouncer resets it before it is lent again.
    await sleep(200);
  }
  assert.ok(new Set(refreshed).size < refreshed.length, 'a session was lent again');
}

/** All sessions of the pool at once, each lent to another transaction. */
async function leavesNothing(url, admin, poolSize) {
  const clients = await Promise.all(
    Array.from({ length: poolSize }, async () => {
      const client = new pg.Client(url);
      await client.connect();
      await client.query('BEGIN');
      return client;
    }),
  );
  const left = `SELECT pg_backend_pid() AS pid, (SELECT coalesce(json_agg(name || ' = ' || setting), '[]') FROM pg_settings
    WHERE source = 'session' AND name NOT IN ('client_encoding', 'application_name') AND name NOT LIKE 'transaction\\_%') AS settings`;
  const sessions = await Promise.all(clients.map(async (client) => (await client.query(left)).rows[0]));
  await Promise.all(clients.map((client) => client.end()));
  assert.equal(new Set(sessions.map(({ pid }) => pid)).size, poolSize);
  assert.deepEqual(
    sessions.flatMap(({ settings }) => settings),
    [],
  );
  const { rows } = await admin.query(`SELECT pid, classid, objid FROM pg_locks WHERE locktype = 'advisory'`);
  assert.deepEqual(rows, []);
}
