import { connect, extension, inItsNames, onPgTrickle, testDatabase, testRole } from '@pgstream/harness';
import type { Client } from 'pg';
import postgres from 'postgres';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createPgStream, isPgStreamError, type PgStream, type PgStreamErrorCode } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { fromPostgresJs } from '../../src/postgres-js.ts';
import {
  advisoryLocks,
  createScene,
  createSlow,
  createWarm,
  idOf,
  order,
  pidOf,
  pooled,
  through,
  totalOf3,
  type Scene,
} from './scene.ts';

const db = testDatabase();
let admin: Client;
let other: Client;

beforeAll(async () => {
  admin = await db.connect();
  other = await db.connect();
  await createSlow(admin);
});

interface Failure {
  readonly code: PgStreamErrorCode;
  /** Of the server, untouched. */
  readonly sqlState: string;
  readonly text: RegExp;
  /** The stream table's query over the source, and its refresh mode. */
  readonly expression?: string;
  readonly refreshMode?: 'FULL';
  /** The role that refreshes; a superuser by default. */
  role?(scene: Scene): Promise<string>;
  /** Sent by the session that refreshes, in its transaction if it has one. */
  readonly before?: string;
  /** Brings it about; returns what ends it. */
  cause?(scene: Scene): Promise<() => Promise<unknown>>;
  /** Once the refresh waits. */
  meanwhile?(pid: number): Promise<unknown>;
}

const failures: Record<string, Failure> = {
  'a division by zero': { code: 'UNKNOWN', sqlState: '22012', text: /^division by zero$/, expression: '100 / amount' },
  'its statement_timeout': {
    code: 'TIMEOUT',
    sqlState: '57014',
    text: /^canceling statement due to statement timeout$/,
    expression: 'public.slow(amount)',
    before: `SET statement_timeout = '300ms'`,
  },
  'its lock_timeout': {
    code: 'TIMEOUT',
    sqlState: '55P03',
    text: /^canceling statement due to lock timeout$/,
    refreshMode: 'FULL',
    before: `SET lock_timeout = '30ms'`,
    async cause(scene) {
      await other.query('BEGIN');
      await totalOf3(other, scene);
      return () => other.query('COMMIT');
    },
  },
  'a cancel': {
    code: 'TIMEOUT',
    sqlState: '57014',
    text: /^canceling statement due to user request$/,
    expression: 'public.slow(amount)',
    async meanwhile(pid) {
      await untilAsleep(pid);
      await admin.query('SELECT pg_cancel_backend($1)', [pid]);
    },
  },
  'a missing right on the stream table': {
    code: 'PERMISSION_DENIED',
    sqlState: '42501',
    text: extension.checksOuterOwner
      ? /^permission denied: must be owner of stream table scene_\d+\.risky$/
      : /^permission denied for table risky$/,
    async role(scene) {
      const role = await testRole();
      await admin.query(`
        GRANT USAGE ON SCHEMA pgstream, pgstream_changes, ${scene.schema} TO ${role.name};
        GRANT ALL ON ALL TABLES IN SCHEMA pgstream, pgstream_changes TO ${role.name};
        GRANT ALL ON ALL SEQUENCES IN SCHEMA pgstream TO ${role.name};
        GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pgstream TO ${role.name};
        GRANT ALL ON ${scene.orders} TO ${role.name}`);
      return role.url(db.url);
    },
  },
  'a missing right on a source': {
    code: 'PERMISSION_DENIED',
    sqlState: '42501',
    text: /^permission denied for table orders$/,
    async role(scene) {
      const role = await testRole();
      await admin.query(`
        GRANT USAGE ON SCHEMA pgstream, pgstream_changes, ${scene.schema} TO ${role.name};
        GRANT ALL ON ALL TABLES IN SCHEMA pgstream TO ${role.name};
        GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pgstream TO ${role.name};
        ALTER TABLE ${scene.schema}.risky OWNER TO ${role.name};
        GRANT ${extension.checksOuterOwner ? 'INSERT' : 'SELECT, INSERT'} ON ${scene.orders} TO ${role.name}`);
      return role.url(db.url);
    },
    cause:
      async ({ orders }) =>
      () =>
        admin.query(`GRANT SELECT ON ${orders} TO PUBLIC`),
  },
  'a read-only transaction': {
    code: 'READ_ONLY_SERVER',
    sqlState: '25006',
    text: /^cannot execute .* in a read-only transaction$/,
    before: 'SET transaction_read_only = on',
  },
  'another refresh': {
    code: 'REFRESH_BUSY',
    sqlState: 'XX000',
    text: /^refresh skipped: scene_\d+\.risky — another refresh is already in progress$/,
    async cause(scene) {
      await other.query('SELECT pg_advisory_lock($1)', [await idOf(admin, scene)]);
      return () => other.query('SELECT pg_advisory_unlock_all()');
    },
  },
  'its suspension': {
    code: 'SUSPENDED',
    sqlState: extension.refusal('22023'),
    text: onPgTrickle
      ? /^invalid argument: stream table scene_\d+\.risky is suspended ; use pgtrickle\.resume_stream_table/
      : /^invalid argument: stream table scene_\d+\.risky is suspended; use pgstream\.resume_stream_table/,
    async cause({ name }) {
      await createPgStream(fromPg(admin)).table(name).suspend();
      return () => createPgStream(fromPg(admin)).table(name).resume();
    },
  },
};

/** One session, as an application has it, and the stream tables behind it. */
interface Session {
  readonly pid: number;
  readonly pgstream: PgStream;
  send(sql: string): Promise<unknown>;
}

const sessions: Record<string, { readonly inTransaction: boolean; open(url: string): Promise<Session> }> = {
  'on a pg Client': {
    inTransaction: false,
    async open(url) {
      const client = await connect(url);
      return { pid: pidOf(client), pgstream: createPgStream(fromPg(client)), send: (sql) => client.query(sql) };
    },
  },
  'with a postgres.js pool of one': {
    inTransaction: false,
    async open(url) {
      const sql = postgres(url, { max: 1, onnotice: () => {} });
      onTestFinished(() => sql.end());
      const [row] = await sql<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
      return {
        pid: row?.pid ?? 0,
        pgstream: createPgStream(fromPostgresJs(sql)),
        send: async (text) => await sql.unsafe(text),
      };
    },
  },
  'in a transaction': {
    inTransaction: true,
    async open(url) {
      const client = await connect(url);
      return { pid: pidOf(client), pgstream: createPgStream(fromPg(client)), send: (sql) => client.query(sql) };
    },
  },
};

const APPLICATIONS_LOCK = '4711';

/** A source with a change that the next refresh would read, and what brings the failure about. */
async function prepare(failure: Failure): Promise<{ scene: Scene; url: string; end: () => Promise<unknown> }> {
  const { schema, orders } = await createScene(admin);
  const query = `SELECT id, customer_id, ${failure.expression ?? 'amount'} AS total FROM ${orders}`;
  const scene = { schema, orders, query, name: { schema, name: 'risky' } };
  await createWarm(admin, scene.name, query, failure.refreshMode);
  await order(admin, scene, 0);
  const url = (await failure.role?.(scene)) ?? db.url;
  const end = (await failure.cause?.(scene)) ?? (async () => {});
  return { scene, url, end };
}

async function locksOf({ pid }: Session): Promise<string[]> {
  return (await advisoryLocks(admin)).filter((lock) => lock.pid === pid).map(({ key }) => key);
}

describe.each(Object.entries(failures))('a refresh that is ended by %s', (_, failure) => {
  it.each(Object.entries(sessions))(
    'leaves no lock of ours behind %s, and says what the server said',
    async (_where, where) => {
      const { scene, url, end } = await prepare(failure);
      const session = await where.open(url);
      await session.send(`SELECT pg_advisory_lock(${APPLICATIONS_LOCK})`);
      if (where.inTransaction) await session.send('BEGIN');
      if (failure.before) {
        const setting = where.inTransaction ? 'transaction_read_only' : 'default_transaction_read_only';
        await session.send(failure.before.replace('transaction_read_only', setting));
      }

      const refreshed = session.pgstream.table(scene.name).refresh({ lockTimeoutMs: 0 });
      const [error] = await Promise.all([
        refreshed.catch((reason: unknown) => reason),
        failure.meanwhile?.(session.pid),
      ]);
      expect(error).toMatchObject({
        code: failure.code,
        sqlState: failure.sqlState,
        schema: scene.schema,
        table: 'risky',
        cause: { message: expect.stringMatching(failure.text) as string, code: failure.sqlState },
      });

      if (where.inTransaction) await session.send('ROLLBACK');

      expect(await locksOf(session)).toEqual([APPLICATIONS_LOCK]);
      await end();
      await expectNobodyStopped(scene);
    },
  );
});

describe("an application's lock on the stream table's own number", () => {
  // That of a transaction is granted to a session that holds it.
  const outcome = onPgTrickle ? 'refreshed' : 'REFRESH_BUSY';

  it.each([true, false])(`is ${outcome} to it, and is held afterwards (lockSources: %s)`, async (lockSources) => {
    const scene = await createScene(admin);
    const client = await db.connect();
    const key = await idOf(admin, scene);
    await client.query('SELECT pg_advisory_lock($1)', [key]);
    const refreshed = through(client, scene).refresh({ lockSources });
    const came = await refreshed.then(
      ({ status }) => status,
      (error: unknown) => (isPgStreamError(error) ? error.code : error),
    );
    expect(came).toBe(outcome);
    expect((await advisoryLocks(admin)).map((lock) => lock.key)).toEqual([key]);
  });
});

describe('the bare call', () => {
  it('frees the lock that an error leaves behind, too', async () => {
    const { scene } = await prepare({ code: 'UNKNOWN', sqlState: '22012', text: /./, expression: '100 / amount' });
    const client = await db.connect();
    await expect(through(client, scene).refresh({ lockSources: false })).rejects.toMatchObject({ sqlState: '22012' });
    expect(await advisoryLocks(admin)).toEqual([]);
  });
});

describe('a session that a pooler has reset', () => {
  it('is told to be closed, and how to prevent it', async () => {
    const error = Object.assign(new Error(inItsNames('prepared statement "__pgs_merge_1" does not exist')), {
      code: '26000',
    });
    const client = fromPg(await db.connect());
    const fails = { ...client, query: (): Promise<never> => Promise.reject(error) };
    // Which extension it is was found while the session was in order.
    await createPgStream(client).dialect();
    const pgstream = createPgStream(fails);
    await expect(pgstream.table('t').refresh()).rejects.toMatchObject({
      code: 'UNKNOWN',
      sqlState: '26000',
      cause: error,
      message: expect.stringMatching(
        new RegExp(`Close the connection.*SET ${extension.name}\\.use_prepared_statements = off`),
      ) as string,
    });
  });
});

describe('a source that was dropped', () => {
  // pg_trickle suspends the stream table when it happens, and says so.
  it(`is ${onPgTrickle ? 'SUSPENDED' : 'SOURCE_GONE, and named'}`, async () => {
    const scene = await createScene(admin);
    const { pgstream } = pooled(db.url);
    const table = await pgstream.create({ name: { schema: scene.schema, name: 'orphan' }, query: scene.query });
    await admin.query(`DROP TABLE ${scene.orders}`);
    await expect(table.refresh()).rejects.toMatchObject({
      code: onPgTrickle ? 'SUSPENDED' : 'SOURCE_GONE',
      message: expect.stringContaining(onPgTrickle ? 'orphan' : 'orders') as string,
    });
  });
});

/** Nothing stops another session once the cause is gone. */
async function expectNobodyStopped(scene: Scene): Promise<void> {
  await admin.query(`DELETE FROM ${scene.orders} WHERE amount = 0`);
  await order(admin, scene, 100);
  await through(admin, scene).refresh();
  expect(await totalOf3(admin, scene)).toBeGreaterThan(0);
}

async function untilAsleep(pid: number): Promise<void> {
  await expect
    .poll(
      async () =>
        (await admin.query('SELECT wait_event FROM pg_stat_activity WHERE pid = $1', [pid])).rows as unknown[],
      { timeout: 10_000, interval: 10 },
    )
    .toEqual([{ wait_event: 'PgSleep' }]);
}
