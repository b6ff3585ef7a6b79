import { connect, onPgTrickle, quietDatabase, testDatabase } from '@pgstream/harness';
import type { Client, ClientBase, DatabaseError } from 'pg';
import { beforeAll, describe, expect, it } from 'vitest';
import { createPgStream } from '../../src/index.ts';
import { commandBlock } from '../../src/command/index.ts';
import { DIALECTS } from '../../src/dialect/index.ts';
import { fromPg } from '../../src/pg.ts';
import { refreshCommand, type Attempt } from '../../src/refresh/statement/index.ts';
import {
  advisoryLocks,
  createScene,
  createSource,
  createWarm,
  idOf,
  order,
  pidOf,
  through,
  totalOf3,
  totalsOf,
  untilWaiting,
  type Scene,
} from './scene.ts';

/**
 * Each line of the statement for pg_stream is here because of what happens without it: both are shown. What pg_trickle does by
 * itself, and what is sent to it, is in pg-trickle.test.ts.
 */

const db = testDatabase();
let admin: Client;

beforeAll(async () => {
  admin = await db.connect();
});

/** What stands in the statement, and what is put there instead. */
type Change = readonly [was: string | RegExp, is: string];

async function refresh(
  client: ClientBase,
  { name }: Pick<Scene, 'name'>,
  changes: readonly Change[] = [],
  attempt: Partial<Attempt> = {},
): Promise<void> {
  const asked = { lockSources: true, waitMs: 60_000, storeRefusals: false, ...attempt };
  let text = commandBlock(refreshCommand(DIALECTS.pg_stream, name, asked), 'unknown');
  for (const [was, is] of changes) {
    const changed = text.replaceAll(typeof was === 'string' ? was : new RegExp(was, 'g'), is);
    if (changed === text) throw new Error(`The statement has nothing like ${String(was)} any more.`);
    text = changed;
  }
  await client.query(text);
}

/** A session that waits as long as it is told: the statement waits no longer than the server's deadlock_timeout. */
async function patientClient(): Promise<Client> {
  const client = await db.connect();
  await client.query(`SET deadlock_timeout = '10min'`);
  return client;
}

async function failure(promise: Promise<unknown>): Promise<DatabaseError> {
  return await promise.then(
    () => {
      throw new Error('It was expected to fail.');
    },
    (error: unknown) => error as DatabaseError,
  );
}

const SUSPENDED_EARLY: Change = [" AND s.status <> 'SUSPENDED'", ''];

async function besideOpenRefresh(changes: readonly Change[]): Promise<DatabaseError> {
  const scene = await createScene(admin);
  const full = { name: { schema: scene.schema, name: 'full' } };
  await createWarm(admin, full.name, scene.query, 'FULL');
  const first = await db.connect();
  await first.query('BEGIN');
  await refresh(first, full);
  const second = await db.connect();
  const error = await failure(refresh(second, full, changes, { waitMs: 0 }));
  await first.query('COMMIT');
  return error;
}

describe.skipIf(onPgTrickle)('on pg_stream, the claim on the catalog row', () => {
  const change: Change = [' FOR UPDATE SKIP LOCKED', ''];

  it('makes a stream table busy until the transaction that refreshed it is over', async () => {
    const { message } = await besideOpenRefresh([]);
    expect(message).toMatch(/^refresh skipped: scene_\d+\.full — another refresh is already in progress$/);
  });

  it('without it: the second goes on, and meets the locks of the first', async () => {
    await expect(besideOpenRefresh([change])).resolves.toMatchObject({
      code: '55P03',
      message: 'canceling statement due to lock timeout',
    });
  });
});

async function locksLeft(changes: readonly Change[]): Promise<number> {
  const scene = await createScene(admin);
  const client = await db.connect();
  await client.query('SELECT pg_advisory_lock($1)', [await idOf(admin, scene)]);
  await createPgStream(fromPg(admin)).table(scene.name).suspend();
  await failure(refresh(client, scene, changes));
  return (await advisoryLocks(admin)).filter(({ pid }) => pid === pidOf(client)).length;
}

describe.skipIf(onPgTrickle)('on pg_stream, refusing while this session holds the lock', () => {
  const change: Change = [
    /ELSIF EXISTS \(SELECT FROM pg_lock_status\(\) l\n.*\n.*\) THEN\n( +RAISE EXCEPTION 'refresh)/,
    'ELSIF false THEN\n$1',
  ];

  it("keeps an application's own lock on the same number", async () => {
    expect(await locksLeft([])).toBe(1);
  });

  it('without it: the lock is taken for one that was leaked', async () => {
    expect(await locksLeft([change])).toBe(0);
  });
});

async function inOldSnapshot(scene: Scene, changes: readonly Change[]): Promise<void> {
  const client = await db.connect();
  await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ');
  await client.query('SELECT count(*) FROM pg_class');
  await order(admin, scene, 100);
  await refresh(client, scene, changes);
  await client.query('COMMIT');
  await refresh(client, scene);
}

describe.skipIf(onPgTrickle)('on pg_stream, READ COMMITTED only', () => {
  const change: Change = [`NOT LIKE 'read %'`, `= 'no level'`];

  it('refuses a snapshot that is older than the locks', async () => {
    const scene = await createScene(admin);
    const { code, message } = await failure(inOldSnapshot(scene, []));
    expect([code, message]).toEqual(['25001', 'pgstream: refresh needs READ COMMITTED']);
  });

  it('without it: what was committed in between is lost for good', async () => {
    const scene = await createScene(admin);
    await inOldSnapshot(scene, [change]);
    expect(await totalOf3(admin, scene)).toBe(0);
  });
});

describe.skipIf(onPgTrickle)('on pg_stream, SHARE ROW EXCLUSIVE', () => {
  it('keeps a second refresh out, whose transaction could go on to write', async () => {
    const scene = await createScene(admin);
    const second = { ...scene, name: { schema: scene.schema, name: 'second' } };
    await createWarm(admin, second.name, second.query);
    const clients = [await db.connect(), await db.connect()] as const;
    await clients[0].query('BEGIN');
    await clients[1].query('BEGIN');
    await refresh(clients[0], scene);
    await expect(refresh(clients[1], second, [], { waitMs: 0 })).rejects.toMatchObject({ code: '55P03' });
    await order(clients[0], scene, 100);
    await clients[0].query('COMMIT');
    await clients[1].query('ROLLBACK');
  });

  it('SHARE instead: two transactions that refresh and then write are a deadlock', async () => {
    const scene = await createScene(admin);
    const second = { ...scene, name: { schema: scene.schema, name: 'second' } };
    await createWarm(admin, second.name, second.query);
    const clients = [await db.connect(), await db.connect()] as const;
    const share: Change = ['IN SHARE ROW EXCLUSIVE MODE', 'IN SHARE MODE'];
    await clients[0].query('BEGIN');
    await clients[1].query('BEGIN');
    await refresh(clients[0], scene, [share]);
    await refresh(clients[1], second, [share]);
    const both = await Promise.allSettled(clients.map((client) => order(client, scene, 100)));
    const outcomes = both.map((one) => (one.status === 'rejected' ? (one.reason as DatabaseError).code : 'written'));
    expect(new Set(outcomes)).toEqual(new Set(['40P01', 'written']));
    await Promise.all(clients.map((client) => client.query('ROLLBACK')));
  });
});

async function besideDirectWriter(changes: readonly Change[]): Promise<{ code: string | undefined; total: number }> {
  const scene = await createScene(admin);
  const parent = `${scene.schema}.measures`;
  await admin.query(`
    CREATE TABLE ${parent} (id int, customer_id int, amount int, PRIMARY KEY (id, customer_id)) PARTITION BY LIST (customer_id);
    CREATE TABLE ${parent}_3 PARTITION OF ${parent} FOR VALUES IN (3)`);
  const measured = { name: { schema: scene.schema, name: 'measured' } };
  await createWarm(admin, measured.name, totalsOf(parent));
  const writer = await db.connect();
  await writer.query('BEGIN');
  await writer.query(`INSERT INTO ${parent}_3 VALUES (1, 3, 100)`);
  const client = await db.connect();
  const refused = await refresh(client, measured, changes, { waitMs: 0 }).then(
    () => undefined,
    (error: DatabaseError) => error.code,
  );
  await writer.query('COMMIT');
  await refresh(client, measured);
  return { code: refused, total: await totalOf3(admin, measured) };
}

describe.skipIf(onPgTrickle)('on pg_stream, locking partitions along with their table', () => {
  it('refuses beside a transaction that writes to a partition directly', async () => {
    expect(await besideDirectWriter([])).toEqual({ code: '55P03', total: 100 });
  });

  it('with ONLY: its change is lost for good', async () => {
    expect(await besideDirectWriter([['LOCK TABLE %s IN', 'LOCK TABLE ONLY %s IN']])).toEqual({
      code: undefined,
      total: 0,
    });
  });
});

describe.skipIf(onPgTrickle)('on pg_stream, waiting only where nobody can be waiting for us', () => {
  it.each([
    [
      'wrote',
      (client: Client, table: string) => client.query(`INSERT INTO ${table} (customer_id, amount) VALUES (1, 1)`),
    ],
    ['read', (client: Client, table: string) => client.query(`SELECT FROM ${table}`)],
  ])('a transaction that %s another table is refused at once', async (_, touch) => {
    const scene = await createScene(admin);
    const aside = `${scene.schema}.aside`;
    await createSource(admin, aside);
    const writer = await db.connect();
    await writer.query('BEGIN');
    await order(writer, scene, 100);
    const client = await patientClient();
    await client.query('BEGIN');
    await touch(client, aside);
    // Were it to wait, it would be for a minute.
    await expect(refresh(client, scene)).rejects.toMatchObject({ code: '55P03' });
    await client.query('ROLLBACK');
    await writer.query('ROLLBACK');
  });

  it('without it: an ordinary transaction is the victim of a deadlock', async () => {
    const scene = await createScene(admin);
    const aside = `${scene.schema}.aside`;
    await createSource(admin, aside);
    const client = await patientClient();
    const writer = await db.connect();
    await writer.query(`SET deadlock_timeout = '400ms'`);
    await client.query('BEGIN');
    await writer.query('BEGIN');
    await client.query(`UPDATE ${aside} SET amount = 0 WHERE id = 1`);
    await order(writer, scene, 100);
    const ordinary = failure(writer.query(`UPDATE ${aside} SET amount = 1 WHERE id = 1`));
    await untilWaiting(admin, writer);
    const refreshed = refresh(client, scene, [['wait_ms := 0;', 'NULL;']]);
    await expect(ordinary).resolves.toMatchObject({ code: '40P01' });
    await writer.query('ROLLBACK');
    await refreshed;
    await client.query('ROLLBACK');
  });

  it('not while a vacuum or an index build works on a source, which our waiting would cancel', async () => {
    const scene = await createScene(admin);
    const vacuum = await db.connect();
    await vacuum.query('BEGIN');
    await vacuum.query(`LOCK TABLE ${scene.orders} IN SHARE UPDATE EXCLUSIVE MODE`);
    const client = await patientClient();
    await expect(refresh(client, scene)).rejects.toMatchObject({ code: '55P03' });
    const waits = refresh(client, scene, [["l.mode = 'ShareUpdateExclusiveLock'", "l.mode = 'no lock'"]]);
    await untilWaiting(admin, client);
    await vacuum.query('ROLLBACK');
    await waits;
  });

  it('and it keeps no source locked while it waits for another', async () => {
    const scene = await createScene(admin);
    const more = `${scene.schema}.more`;
    await createSource(admin, more);
    const query = `SELECT customer_id, amount AS total FROM ${scene.orders} UNION ALL SELECT customer_id, amount FROM ${more}`;
    const both = { ...scene, name: { schema: scene.schema, name: 'both' } };
    await createWarm(admin, both.name, query);
    const writer = await db.connect();
    await writer.query('BEGIN');
    await order(writer, { orders: more }, 100);
    const client = await patientClient();
    const refreshed = refresh(client, both);
    await untilWaiting(admin, client);
    // The writer goes on to the other source: nothing is in its way.
    await order(writer, scene, 10);
    await writer.query('COMMIT');
    await refreshed;
    expect(await totalOf3(admin, both)).toBe(110);
  });
});

async function readFullTable(): Promise<{ full: Pick<Scene, 'name'>; reader: Client }> {
  const scene = await createScene(admin);
  const full = { name: { schema: scene.schema, name: 'full' } };
  await createWarm(admin, full.name, scene.query, 'FULL');
  const reader = await db.connect();
  await reader.query('BEGIN');
  await totalOf3(reader, full);
  return { full, reader };
}

describe.skipIf(onPgTrickle)('on pg_stream, a lock_timeout during the refresh itself', () => {
  const change: Change = [/set_config\('lock_timeout', GREATEST.* \|\| 'ms', true\)/, 'NULL'];

  it('ends it when a reader of the stream table stays in the way', async () => {
    const { full, reader } = await readFullTable();
    const client = await db.connect();
    await expect(refresh(client, full, [], { waitMs: 0 })).rejects.toMatchObject({
      code: '55P03',
      message: 'canceling statement due to lock timeout',
    });
    await reader.query('COMMIT');
    expect(await advisoryLocks(admin)).toEqual([]);
  });

  it('without it: the refresh waits for as long as the reader is idle', async () => {
    const { full, reader } = await readFullTable();
    const client = await db.connect();
    const refreshed = refresh(client, full, [change], { waitMs: 0 });
    await untilWaiting(admin, client);
    await reader.query('COMMIT');
    await expect(refreshed).resolves.toBeUndefined();
  });
});

/** One session refreshes a stream table, and then another one while somebody writes to the source of the first. */
async function otherTable(changes: readonly Change[], { waits }: { waits: boolean }): Promise<number> {
  const first = await createScene(admin);
  const second = await createScene(admin);
  const client = await patientClient();
  const writer = await db.connect();
  await order(admin, first, 1);
  await refresh(client, first, changes);
  await writer.query('BEGIN');
  await order(writer, first, 100);
  await order(admin, second, 1);
  const refreshed = refresh(client, second, changes);
  await (waits ? untilWaiting(admin, client) : refreshed);
  await writer.query('COMMIT');
  await refreshed;
  await refresh(client, first, changes);
  return totalOf3(admin, first);
}

describe.skipIf(onPgTrickle)('on pg_stream, the clean-up of change buffers', () => {
  /** As for a role that may not set it. */
  const notTurnedOff: Change = [/set_config\('pg_stream\.cleanup_use_truncate', 'off', true\)/, 'NULL'];
  const noSecondCall: Change = [
    `cleanup_use_truncate', true) = 'on' THEN`,
    `cleanup_use_truncate', true) = 'neither' THEN`,
  ];

  it('neither waits for a writer of another table nor takes its change away', async () => {
    expect(await otherTable([], { waits: false })).toBe(101);
  });

  it('nor where the role may not turn TRUNCATE off: a second call does it at once', async () => {
    expect(await otherTable([notTurnedOff], { waits: false })).toBe(101);
  });

  it('without either: it waits for that writer, and its change is lost for good', async () => {
    expect(await otherTable([notTurnedOff, noSecondCall], { waits: true })).toBe(1);
  });
});

async function twiceInTransaction(changes: readonly Change[]): Promise<number> {
  const client = await connect(await quietDatabase());
  const scene = await createScene(client);
  await client.query('BEGIN');
  await order(client, scene, 100);
  await refresh(client, scene, changes);
  await order(client, scene, 10);
  await refresh(client, scene, changes);
  await client.query('COMMIT');
  await refresh(client, scene);
  return totalOf3(client, scene);
}

describe.skipIf(onPgTrickle)('on pg_stream, moving the log position', () => {
  it('lets a second refresh in a transaction see what was written after the first', async () => {
    expect(await twiceInTransaction([])).toBe(110);
  });

  it('without it: that is lost for good', async () => {
    expect(await twiceInTransaction([[/PERFORM pg_logical_emit_message.*/, 'NULL;']])).toBe(100);
  });
});

async function lockTimeoutAfter(changes: readonly Change[]): Promise<string> {
  const scene = await createScene(admin);
  const client = await db.connect();
  await client.query('BEGIN');
  await client.query(`SET LOCAL lock_timeout = '1234ms'`);
  await refresh(client, scene, changes);
  const { rows } = await client.query<{ lock_timeout: string }>('SHOW lock_timeout');
  await client.query('COMMIT');
  return rows[0]?.lock_timeout ?? '';
}

describe.skipIf(onPgTrickle)('on pg_stream, restoring settings', () => {
  const change: Change = [/set_config\('lock_timeout', kept\[1\], true\)/, 'NULL'];

  it("leaves the caller's lock_timeout as it was", async () => {
    expect(await lockTimeoutAfter([])).toBe('1234ms');
  });

  it('without it: the transaction goes on with another one', async () => {
    expect(await lockTimeoutAfter([change])).not.toBe('1234ms');
  });
});

/** A stream table whose refresh fails as soon as there is a row with amount 0, or is slow. */
async function risky(expression: string): Promise<Scene> {
  const scene = await createScene(admin);
  const name = { schema: scene.schema, name: 'risky' };
  await createWarm(admin, name, `SELECT id, customer_id, ${expression} AS total FROM ${scene.orders}`);
  return { ...scene, name };
}

async function afterDivision(changes: readonly Change[]): Promise<number> {
  const scene = await risky('100 / amount');
  await order(admin, scene, 0);
  const client = await db.connect();
  const { code } = await failure(refresh(client, scene, changes));
  expect(code).toBe('22012');
  return (await advisoryLocks(admin)).filter(({ pid }) => pid === pidOf(client)).length;
}

async function afterCancel(changes: readonly Change[]): Promise<number> {
  await admin.query(`CREATE OR REPLACE FUNCTION public.slow(amount int) RETURNS int LANGUAGE plpgsql IMMUTABLE
    AS 'BEGIN IF amount = 0 THEN PERFORM pg_sleep(60); END IF; RETURN amount; END'`);
  const scene = await risky('public.slow(amount)');
  await order(admin, scene, 0);
  const client = await db.connect();
  await client.query(`SET statement_timeout = '300ms'`);
  const { code } = await failure(refresh(client, scene, changes));
  expect(code).toBe('57014');
  return (await advisoryLocks(admin)).filter(({ pid }) => pid === pidOf(client)).length;
}

describe.skipIf(onPgTrickle)('on pg_stream, freeing the leaked lock', () => {
  const byItself: Change = [/PERFORM pg_advisory_unlock.*/, 'NULL;'];
  const onlyOthers: Change = [' OR QUERY_CANCELED OR ASSERT_FAILURE', ''];

  it('after an error', async () => {
    expect(await afterDivision([])).toBe(0);
  });

  it('after a time-out', async () => {
    expect(await afterCancel([])).toBe(0);
  });

  it('without it: the session keeps the lock, and everybody else is refused', async () => {
    expect(await afterDivision([byItself])).toBe(1);
  });

  it('with a handler for OTHERS alone: a time-out leaks it', async () => {
    expect(await afterCancel([onlyOthers])).toBe(1);
  });
});

describe.skipIf(onPgTrickle)('on pg_stream, a suspended stream table', () => {
  it('is refused without waiting for writers of its sources', async () => {
    const scene = await createScene(admin);
    await createPgStream(fromPg(admin)).table(scene.name).suspend();
    const writer = await db.connect();
    await writer.query('BEGIN');
    await order(writer, scene, 100);
    const client = await patientClient();
    const { message } = await failure(refresh(client, scene));
    expect(message).toMatch(/^invalid argument: stream table scene_\d+\.totals is suspended/);
    const waits = failure(refresh(client, scene, [SUSPENDED_EARLY]));
    await untilWaiting(admin, client);
    await writer.query('ROLLBACK');
    await waits;
  });
});

describe.skipIf(onPgTrickle)('on pg_stream, the bare call', () => {
  it('is the function and nothing else: no lock on a source, no claim', async () => {
    const scene = await createScene(admin);
    const client = await db.connect();
    await client.query('BEGIN');
    await through(client, scene).refresh({ lockSources: false });
    const { rows } = await admin.query(
      `SELECT mode FROM pg_locks WHERE pid = $1 AND relation = $2::regclass AND mode LIKE '%Share%Exclusive%'`,
      [pidOf(client), scene.orders],
    );
    expect(rows).toEqual([]);
    await client.query('COMMIT');
  });
});
