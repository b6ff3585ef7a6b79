import { type Emulator, startEmulator } from '@pgstream/emulator';
import { connect, extension, onPgTrickle, sameExtension } from '@pgstream/harness';
import type { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emulatorOfTest } from '../server/database.ts';
import { recordsPermanentFailures } from '../abilities.ts';

let emulator: Emulator;

beforeAll(async () => {
  emulator = await startEmulator(sameExtension);
});

afterAll(() => emulator.stop());

/** How long to wait for what has to come; nothing is judged by how soon it comes. */
const soon = { timeout: 40_000 };

/** A database with a source of one row, and a client that may use short schedules. */
async function newDatabase(): Promise<{ client: Client; url: string }> {
  const url = await emulator.createDatabase();
  const client = await connect(url);
  await client.query(`
    SET pg_stream.min_schedule_seconds = 1;
    CREATE TABLE source (id int PRIMARY KEY, v int);
    INSERT INTO source VALUES (1, 1)`);
  return { client, url };
}

const create = (client: Client, name: string, query: string, schedule = '1s'): Promise<unknown> =>
  client.query('SELECT pgstream.create_stream_table($1, $2, $3)', [`public.${name}`, query, schedule]);

const total = 'SELECT sum(v)::int AS total FROM public.source';

async function column(client: Client, statement: string, params: unknown[] = []): Promise<unknown[]> {
  const { rows } = await client.query<unknown[]>({ text: statement, values: params, rowMode: 'array' });
  return rows.map(([value]) => value);
}

const refreshesOf = (client: Client, name: string): Promise<unknown[]> =>
  column(client, `SELECT status FROM pgstream.get_refresh_history($1, 100)`, [`public.${name}`]);

const connections = (client: Client, database?: string): Promise<unknown[]> =>
  column(
    client,
    `SELECT pid FROM pg_stat_activity WHERE application_name = 'pg_stream scheduler' AND datname = coalesce($1, current_database())`,
    [database],
  );

/** Waits for as many refreshes of a table that is always due: the scheduler has been everywhere meanwhile. */
async function severalTicks(client: Client): Promise<void> {
  await create(client, 'clockwork', 'SELECT id FROM public.source');
  await expect.poll(async () => (await refreshesOf(client, 'clockwork')).length, soon).toBeGreaterThan(3);
}

describe('the scheduler', () => {
  test('refreshes what is due, upstream first, so that a chain follows in one go', async () => {
    const { client } = await newDatabase();
    await create(client, 'z_low', total);
    await create(client, 'a_high', 'SELECT total * 10 AS tenfold FROM public.z_low');
    // From then on both are due at every tick. Before, what was created later may be due a tick later.
    await expect.poll(async () => (await refreshesOf(client, 'a_high')).length, soon).toBeGreaterThan(1);
    await client.query('INSERT INTO source VALUES (2, 2)');
    await expect.poll(() => column(client, 'SELECT tenfold FROM a_high'), soon).toEqual([30]);
    const order = await column(
      client,
      `SELECT s.pgs_name FROM pgstream.pgs_refresh_history h JOIN pgstream.pgs_stream_tables s USING (pgs_id)
       WHERE h.action <> 'NO_DATA' AND h.initiated_by = 'SCHEDULER' ORDER BY h.refresh_id LIMIT 2`,
    );
    expect(order).toEqual(['z_low', 'a_high']);
  });

  test('keeps to cron patterns, and to durations that have not passed', async () => {
    const { client } = await newDatabase();
    await create(client, 'each_second', total, '* * * * * *');
    await create(client, 'each_leap_day', total, '0 0 29 2 *');
    await create(client, 'each_hour', total, '1h');
    await client.query('INSERT INTO source VALUES (2, 2)');
    await severalTicks(client);
    await expect.poll(() => column(client, 'SELECT total FROM each_second'), soon).toEqual([3]);
    expect(await column(client, 'SELECT total FROM each_leap_day UNION ALL SELECT total FROM each_hour')).toEqual([
      1, 1,
    ]);
    // Nothing but the initial fill, where that is recorded.
    expect(await refreshesOf(client, 'each_leap_day')).toEqual(onPgTrickle ? ['COMPLETED'] : []);
    expect(await refreshesOf(client, 'each_hour')).toEqual(onPgTrickle ? ['COMPLETED'] : []);
  });

  test('notifies, counts errors and gives up; the other tables go on', async () => {
    const { client } = await newDatabase();
    const events: string[] = [];
    client.on('notification', ({ payload = '' }) => {
      const { event, st: name } = JSON.parse(payload) as { event: string; st: string };
      if (name === 'public.fragile') events.push(event);
    });
    await client.query(`LISTEN ${extension.name}_alert`);
    await create(client, 'fragile', 'SELECT id, 1 / v AS inverse FROM public.source', '1s');
    await create(client, 'sound', total);
    await client.query('INSERT INTO source VALUES (2, 0)');
    const status = (): Promise<unknown[]> =>
      column(client, `SELECT status FROM pgstream.pgs_stream_tables WHERE pgs_name = 'fragile'`);
    // pg_trickle does not try again what will not pass by itself.
    const tries = onPgTrickle ? Number(recordsPermanentFailures) : 3;
    await expect.poll(status, soon).toEqual([onPgTrickle ? 'ERROR' : 'SUSPENDED']);
    await severalTicks(client);
    expect((await refreshesOf(client, 'fragile')).filter((one) => one === 'FAILED')).toHaveLength(tries);
    expect(events.filter((event) => event !== 'refresh_completed')).toEqual([
      ...Array.from({ length: tries }, () => 'refresh_failed'),
      ...(onPgTrickle ? [] : ['auto_suspended']),
    ]);
    expect(await column(client, 'SELECT total FROM sound')).toEqual([1]);
    await client.query(`DELETE FROM source WHERE v = 0; SELECT pgstream.resume_stream_table('public.fragile')`);
    await client.query('INSERT INTO source VALUES (3, 1)');
    await expect.poll(() => column(client, 'SELECT inverse FROM fragile ORDER BY id'), soon).toEqual([1, 1]);
  });

  test('does nothing where pg_stream.enabled is off; refreshing by hand works', async () => {
    const { client, url } = await newDatabase();
    const other = await newDatabase();
    const name = new URL(url).pathname.slice(1);
    await expect.poll(() => connections(client), soon).toHaveLength(1);
    await client.query(`ALTER DATABASE ${name} SET pg_stream.enabled = off`);
    // It asks once for each connection, as the original does: have it open another.
    await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE application_name = 'pg_stream scheduler' AND datname = current_database()`);
    await create(client, 'totals', total);
    await client.query('INSERT INTO source VALUES (2, 2)');
    await severalTicks(other.client);
    expect(await refreshesOf(client, 'totals')).toEqual(onPgTrickle ? ['COMPLETED'] : []);
    expect(await column(client, 'SELECT total FROM totals')).toEqual([1]);
    await client.query(`SELECT pgstream.refresh_stream_table('public.totals')`);
    expect(await column(client, 'SELECT total FROM totals')).toEqual([3]);
  });

  test('takes up a database where the extension is created later, in database postgres as well', async () => {
    const admin = await connect(emulator.url);
    await admin.query('CREATE DATABASE late');
    const client = await connect(emulator.url.replace(/postgres$/, 'late'));
    await client.query(`CREATE EXTENSION pg_stream; SET pg_stream.min_schedule_seconds = 1;
                        CREATE TABLE source (id int PRIMARY KEY, v int)`);
    await severalTicks(client);
    expect(await connections(client)).toHaveLength(1);
    await admin.query('DROP EXTENSION pg_stream; CREATE EXTENSION pg_stream; SET pg_stream.min_schedule_seconds = 1');
    await admin.query('CREATE TABLE source (id int PRIMARY KEY, v int)');
    await severalTicks(admin);
    // The other one looks for databases.
    expect(await connections(admin)).toHaveLength(2);
  });

  test('goes on after its connection was terminated', async () => {
    const { client } = await newDatabase();
    await severalTicks(client);
    await client.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE application_name = 'pg_stream scheduler' AND datname = current_database()`);
    const before = (await refreshesOf(client, 'clockwork')).length;
    await expect.poll(async () => (await refreshesOf(client, 'clockwork')).length, soon).toBeGreaterThan(before + 1);
  });

  test.for(['', 'WITH (FORCE)'])('is in nobody’s way: DROP DATABASE %s works, and so does a copy', async (force) => {
    const { client, url } = await newDatabase();
    const name = new URL(url).pathname.slice(1);
    const admin = await connect(emulator.url);
    await expect.poll(() => connections(admin, name), soon).toHaveLength(1);
    await client.end();
    await admin.query(`CREATE DATABASE copy_of_${name} TEMPLATE ${name}`);
    await admin.query(`DROP DATABASE ${name} ${force}`);
    await admin.query(`DROP DATABASE copy_of_${name} ${force}`);
    const { client: another } = await newDatabase();
    await severalTicks(another);
  });

  test('has no connection where it is off', async () => {
    const { url } = await emulatorOfTest({ scheduler: false });
    const admin = await connect(url);
    const names = await column(
      admin,
      `SELECT application_name FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`,
    );
    expect(names).toEqual([]);
  });
});
