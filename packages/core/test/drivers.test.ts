import { extension, testDatabase } from '@pgstream/harness';
import { Client, type ClientConfig, Pool } from 'pg';
import postgres from 'postgres';
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createPgStream, type SqlExecutor } from '../src/index.ts';
import { fromPg } from '../src/pg.ts';
import { fromPostgresJs } from '../src/postgres-js.ts';
import { createOrders, TOTALS } from './orders.ts';

const db = testDatabase();

/** Settings of a session that change how values look as text. */
const odd = {
  TimeZone: 'Asia/Kathmandu',
  DateStyle: 'SQL, DMY',
  IntervalStyle: 'sql_standard',
  extra_float_digits: '-10',
  search_path: '',
  bytea_output: 'escape',
};
const oddOptions = Object.entries(odd)
  .map(([name, value]) => `-c ${name}=${value.replaceAll(' ', '\\ ')}`)
  .join(' ');

/** Type parsers as applications set them, and some that nobody should: only text is left alone. */
const oddTypes: NonNullable<ClientConfig['types']> = {
  getTypeParser: (oid: number) => (text: string | Buffer) => (oid === 25 ? String(text) : { parsed: oid }),
};

function pgPool(config: ClientConfig = {}): Pool {
  const pool = new Pool({ connectionString: db.url, max: 2, ...config });
  onTestFinished(() => pool.end());
  return pool;
}

async function pgClient(config: ClientConfig = {}): Promise<Client> {
  const client = new Client({ connectionString: db.url, ...config });
  await client.connect();
  onTestFinished(() => client.end());
  return client;
}

function postgresJs(options: postgres.Options<Record<string, postgres.PostgresType>> = {}): postgres.Sql {
  const sql = postgres(db.url, { max: 2, onnotice: () => {}, ...options });
  // A terminated connection is waited for without end.
  onTestFinished(() => sql.end({ timeout: 1 }));
  return sql;
}

type Use = <T>(work: (executor: SqlExecutor) => Promise<T>) => Promise<T>;

const drivers: [driver: string, state: SqlExecutor['transaction'], open: () => Promise<Use>][] = [
  ['pg Pool', 'none', async () => (work) => work(fromPg(pgPool()))],
  [
    'pg Pool, odd parsers and settings',
    'none',
    async () => (work) => work(fromPg(pgPool({ types: oddTypes, options: oddOptions }))),
  ],
  ['pg Client', 'none', async () => async (work) => work(fromPg(await pgClient()))],
  [
    'pg Client in a transaction, odd parsers and settings',
    'open',
    async () => async (work) => {
      const client = await pgClient({ types: oddTypes, options: oddOptions });
      await client.query('BEGIN');
      const result = await work(fromPg(client));
      await client.query('ROLLBACK');
      return result;
    },
  ],
  [
    'pg PoolClient',
    'none',
    async () => async (work) => {
      const client = await pgPool().connect();
      return await work(fromPg(client)).finally(() => client.release());
    },
  ],
  [
    'pg Client before 8.17, which cannot tell its transaction',
    'unknown',
    async () => async (work) => {
      const client = await pgClient();
      return await work(fromPg({ query: (text, values) => client.query(text, values) }));
    },
  ],
  ['postgres.js', 'none', async () => (work) => work(fromPostgresJs(postgresJs()))],
  [
    'postgres.js with odd types, renamed columns and odd settings',
    'none',
    async () => (work) =>
      work(
        fromPostgresJs(
          postgresJs({
            transform: postgres.toPascal,
            connection: odd,
            types: {
              big: {
                to: 20,
                from: [20, 16, 114, 1184, 1700],
                serialize: String,
                parse: (text: string) => ({ parsed: text }),
              },
            },
          }),
        ),
      ),
  ],
  ['postgres.js in a transaction', 'open', async () => async (work) => await inTransaction(postgresJs(), work)],
  [
    'postgres.js in a savepoint',
    'open',
    async () => async (work) => {
      const outer = postgresJs();
      return await settled((done) =>
        outer.begin((tx) => tx.savepoint(async (sql) => done(await work(fromPostgresJs(sql, { scope: outer }))))),
      );
    },
  ],
  [
    'postgres.js, reserved',
    'unknown',
    async () => async (work) => {
      const reserved = await postgresJs().reserve();
      return await work(fromPostgresJs(reserved)).finally(() => reserved.release());
    },
  ],
];

function inTransaction<T>(outer: postgres.Sql, work: (executor: SqlExecutor) => Promise<T>): Promise<T> {
  return settled((done) => outer.begin(async (sql) => done(await work(fromPostgresJs(sql, { scope: outer })))));
}

/** Past the driver's own type of what a transaction gives. */
async function settled<T>(run: (done: (value: T) => void) => Promise<unknown>): Promise<T> {
  const values: T[] = [];
  await run((value) => values.push(value));
  const [value] = values;
  return value as T;
}

beforeAll(async () => {
  const admin = await db.connect();
  await createOrders(admin);
  await createPgStream(fromPg(admin)).create({ name: 'totals', query: TOTALS, schedule: '5m' });
  await admin.query(`
    UPDATE pgstream.pgs_stream_tables SET data_timestamp = '2026-01-02 03:04:05.678+00', last_refresh_at = '2026-01-02 03:04:06.789+00', auto_threshold = 0.1;
    DELETE FROM pgstream.pgs_refresh_history;
    INSERT INTO pgstream.pgs_refresh_history (refresh_id, pgs_id, data_timestamp, start_time, action, rows_inserted, status)
    SELECT 9007199254740993, pgs_id, '2026-01-02 03:04:05.678+00', '2026-01-02 03:04:05.678+00', 'FULL', 9007199254740991, 'COMPLETED' FROM pgstream.pgs_stream_tables`);
});

async function everything(executor: SqlExecutor): Promise<object> {
  const pgstream = createPgStream(executor);
  const table = pgstream.table('totals');
  return {
    status: { ...(await table.status()), stalenessMs: 0 },
    list: (await pgstream.list()).length,
    isStale: await table.isStale(),
    isOlder: await table.isStale({ maxAgeMs: 1000 }),
    isNotOlder: await table.isStale({ maxAgeMs: 1e13 }),
    lastRefreshAt: await table.lastRefreshAt(),
    staleness: typeof (await table.stalenessMs()),
    exists: await table.exists(),
    history: await table.history(),
    columns: await pgstream.columns('totals'),
    dependencies: await pgstream.dependencies(),
    stats: (await pgstream.refreshStats()).map((each) => ({ ...each, stalenessMs: 0 })),
    explain: (await table.explain()).isDifferentiable,
    cdcHealth: (await pgstream.cdcHealth()).length,
    slotHealth: await pgstream.slotHealth(),
    extension: await pgstream.extension(),
  };
}

describe.each(drivers)('%s', (_, state, open) => {
  it('gives the same answers as any other, value for value', async () => {
    const expected = await everything(fromPg(pgPool()));
    const use = await open();
    expect(await use(everything)).toStrictEqual(expected);
    expect(expected).toMatchObject({
      status: {
        dataTimestamp: new Date('2026-01-02T03:04:05.678Z'),
        lastRefreshAt: new Date('2026-01-02T03:04:06.789Z'),
        autoThreshold: 0.1,
      },
      history: [
        {
          id: '9007199254740993',
          rowsInserted: Number.MAX_SAFE_INTEGER,
          startedAt: new Date('2026-01-02T03:04:05.678Z'),
        },
      ],
      isStale: true,
      isOlder: true,
      isNotOlder: false,
      staleness: 'number',
    });
  });

  it('alters, in a transaction that is rolled back or outside of one', async () => {
    const use = await open();
    await use(async (executor) => {
      const table = createPgStream(executor).table('totals');
      await table.alter({ schedule: '7m' });
      expect((await table.status()).schedule.text).toBe('7m');
      await table.alter({ schedule: '5m' });
    });
  });

  it(`knows its transaction: ${state}`, async () => {
    const use = await open();
    await use(async (executor) => {
      await executor.query('SELECT 1');
      expect(executor.transaction).toBe(state);
    });
  });

  it('classifies an error of the server', async () => {
    const use = await open();
    const caught = use((executor) => createPgStream(executor).table('totals').resume());
    const sqlState = extension.refusal('22023');
    await expect(caught).rejects.toMatchObject({ code: 'SUSPENDED', sqlState, cause: { code: sqlState } });
  });
});

describe('a pg Client', () => {
  it('says open from BEGIN to the end of the transaction, failed or not', async () => {
    const client = await pgClient();
    const executor = fromPg(client);
    const seen = [executor.transaction];
    for (const statement of ['BEGIN', 'SELECT 1/0', 'ROLLBACK']) {
      await client.query(statement).catch(() => {});
      seen.push(executor.transaction);
    }
    expect(seen).toStrictEqual(['none', 'open', 'open', 'none']);
  });
});

const pools: [driver: string, open: () => { executor: SqlExecutor }][] = [
  ['pg Pool', () => ({ executor: fromPg(pgPool({ application_name: 'ours' })) })],
  ['postgres.js', () => ({ executor: fromPostgresJs(postgresJs({ connection: { application_name: 'ours' } })) })],
];

const insert = (id: number): string => `INSERT INTO public.customers VALUES (${id}, 'new')`;

async function customers(): Promise<number[]> {
  const admin = await db.connect();
  const { rows } = await admin.query<{ id: number }>('SELECT id FROM public.customers WHERE id > 2 ORDER BY id');
  await admin.query('DELETE FROM public.customers WHERE id > 2');
  return rows.map(({ id }) => id);
}

it.each(pools)('%s watches the stream tables that are named', async (_, open) => {
  const pgstream = createPgStream(open().executor);
  await using watcher = await pgstream.watch(['totals']);
  expect(watcher.lastRefreshAt('totals')).toEqual(await pgstream.table('totals').lastRefreshAt());
});

describe.each(pools)('a transaction of ours through %s', (_, open) => {
  it('is one transaction on one connection, committed, with the same scope, and gives the result', async () => {
    const { executor } = open();
    const result = await executor.begin?.(async (ours) => {
      expect(ours.transaction).toBe('open');
      expect(ours.scope).toBe(executor.scope);
      expect(ours.begin).toBeUndefined();
      await ours.query(insert(3));
      await ours.query(insert(4));
      const [row] = await ours.query('SELECT count(DISTINCT xmin::text)::int AS n FROM public.customers WHERE id > 2');
      return row;
    });
    expect(result).toStrictEqual({ n: 1 });
    expect(await customers()).toStrictEqual([3, 4]);
  });

  it('gives arrays as they are', async () => {
    expect(await open().executor.begin?.(async () => [1, [2]])).toStrictEqual([1, [2]]);
  });

  it('is rolled back when the work fails, and the error is that of the work', async () => {
    const { executor } = open();
    const failed = executor.begin?.(async (ours) => {
      await ours.query(insert(5));
      throw new Error('changed my mind');
    });
    await expect(failed).rejects.toThrow('changed my mind');
    expect(await customers()).toStrictEqual([]);
  });

  it('is rolled back when a statement fails', async () => {
    const { executor } = open();
    const failed = executor.begin?.(async (ours) => {
      await ours.query(insert(6));
      await ours.query('SELECT 1/0');
    });
    await expect(failed).rejects.toMatchObject({ code: '22012' });
    expect(await customers()).toStrictEqual([]);
  });

  it('is not called committed when the work has swallowed the error of a statement', async () => {
    const { executor } = open();
    const failed = executor.begin?.(async (ours) => {
      await ours.query(insert(7));
      await ours.query('SELECT 1/0').catch(() => {});
    });
    await expect(failed).rejects.toBeInstanceOf(Error);
    expect(await customers()).toStrictEqual([]);
  });
});

describe('a transaction of ours through pg Pool', () => {
  // Not through postgres.js: 3.4.9 itself ends the process when a connection is lost inside sql.begin.
  it('neither keeps a lost connection nor lets it end the process', async () => {
    const pool = pgPool();
    const executor = fromPg(pool);
    const broken = executor.begin?.((ours) => ours.query('SELECT pg_terminate_backend(pg_backend_pid())'));
    await expect(broken).rejects.toMatchObject({ code: '57P01' });
    expect(pool.totalCount).toBe(0);
    const [row] = await executor.query('SELECT 1 AS one');
    expect(row).toStrictEqual({ one: 1 });
  });
});

describe('a server that cannot be reached', () => {
  it.each([
    ['pg', () => fromPg(pgPool({ connectionString: 'postgres://nobody:secret@127.0.0.1:1/none' }))],
    [
      'postgres.js',
      () => {
        const sql = postgres('postgres://nobody:secret@127.0.0.1:1/none', { max: 1 });
        onTestFinished(() => sql.end());
        return fromPostgresJs(sql);
      },
    ],
  ])('is CONNECTION, without credentials, through %s', async (_, executor) => {
    const refused = createPgStream(executor()).table('totals').isStale();
    await expect(refused).rejects.toMatchObject({ code: 'CONNECTION', message: expect.not.stringContaining('secret') });
  });
});

describe('an executor that does not keep the port', () => {
  it.each([
    ['parses text', [{ pgstream: { name: 'pg_stream' } }]],
    ['gives empty rows', [{}]],
  ])('is told so when it %s', async (_, rows) => {
    const executor: SqlExecutor = { scope: {}, transaction: 'none', query: async () => rows };
    await expect(createPgStream(executor).list()).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });
});
