import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Client, Pool, type PoolClient } from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { apply, type DeclaredStreamTable } from '../../src/definitions.ts';
import { isPgStreamError } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { TOTALS } from '../orders.ts';
import { definitionsScene } from './scene.ts';

const scene = definitionsScene();
afterEach(() => scene.clear());

const OTHER = TOTALS.replace('sum(amount)', 'sum(amount + 1)');
const totals: DeclaredStreamTable = { name: 'totals', query: TOTALS };
const top: DeclaredStreamTable = { name: 'top', query: 'SELECT customer_id, total FROM public.totals' };
const alone: DeclaredStreamTable = { name: 'alone', query: TOTALS };

describe('what is broken off', () => {
  const before = [totals, top, alone, { ...totals, name: 'going' }];
  const after = [
    { ...totals, query: OTHER },
    top,
    { ...alone, query: OTHER },
    { name: 'coming', query: TOTALS, schedule: '5m', comment: 'new' },
  ];
  const HANGING = `CREATE VIEW public.reading AS SELECT total FROM public.totals; CREATE INDEX by_total ON public.totals (total);
    COMMENT ON VIEW public.reading IS 'read'`;

  it('leaves what was there, at whatever statement the connection is lost, and ends right when it is done again', async () => {
    await scene.deploy(before);
    await scene.admin.query(HANGING);
    const was = await catalog();
    let lost = 0;
    while (!(await deployedUnlessLost(after, lost))) {
      await ended();
      expect(await catalog()).toStrictEqual(was);
      lost += 1;
    }
    // All have had their turn: dropped, made, put back.
    expect(lost).toBeGreaterThan(9);
    await scene.expectRight('public.totals', OTHER);
    await scene.expectRight('public.reading', `SELECT total FROM (${OTHER}) t`);
    expect((await scene.plan(after)).steps).toStrictEqual([]);
  });

  it('leaves what was there where the process is killed in the middle of a statement', async () => {
    await scene.deploy(before);
    await scene.admin.query(HANGING);
    const was = await catalog();
    // It has dropped what reads it by then.
    const reader = new Client({ connectionString: scene.url });
    await reader.connect();
    await reader.query('BEGIN; SELECT count(*) FROM public.totals');
    const child = spawn(
      process.execPath,
      ['--import', 'tsx', fileURLToPath(new URL('deployment.ts', import.meta.url)), scene.url, JSON.stringify(after)],
      { cwd: fileURLToPath(new URL('../..', import.meta.url)), stdio: 'inherit' },
    );
    await until(`SELECT FROM pg_locks l WHERE NOT l.granted AND l.relation = 'public.totals'::regclass`);
    child.kill('SIGKILL');
    await once(child, 'close');
    await reader.query('COMMIT');
    await reader.end();
    await ended();
    expect(await catalog()).toStrictEqual(was);
    await scene.deploy(after, { orphans: 'drop' });
    expect((await scene.plan(after)).steps).toStrictEqual([]);
  });
});

describe('two at the same time', () => {
  it.each([
    ['of different stream tables: both', [totals], [alone], ['null', 'null']],
    [
      'of the same: the first, and the second is told to plan again',
      [totals],
      [{ ...totals, query: OTHER }],
      ['null', 'INVALID_ARGUMENT'],
    ],
    [
      'of one, then of it and what reads it: the second is told to plan again',
      [totals],
      [totals, top],
      ['null', 'INVALID_ARGUMENT'],
    ],
    ['of one and what reads it, then of it alone: both', [totals, top], [totals], ['null', 'null']],
  ])('%s', async (_, one, other, expected) => {
    const [first, second] = [await scene.plan(one), await scene.plan(other)];
    let waiting: Promise<unknown> | undefined;
    // The first holds the lock when the second comes.
    const onStatement = (): void => {
      waiting ??= thrownBy(apply(scene.executor, second));
    };
    const errors = [await thrownBy(apply(scene.executor, first, { onStatement })), await waiting];
    const ends = errors.map((error) => (isPgStreamError(error) ? error.code : String(error)));
    expect(ends).toStrictEqual(expected);
    for (const declared of [one, other]) await scene.deploy(declared);
    expect((await scene.plan(other)).changes).toBe(0);
  });
});

describe('beside others', () => {
  it('who write to the sources and refresh: nothing is lost, and nobody is told anything but to try again', async () => {
    await scene.deploy([totals, top]);
    const ending = new AbortController();
    const writer = new Pool({ connectionString: scene.url, max: 2 });
    const writing = writeUntil(ending.signal, writer);
    for (const query of [OTHER, TOTALS, OTHER]) {
      const declared = [{ ...totals, query }, top];
      for (;;) {
        const error = await thrownBy(scene.deploy(declared));
        if (error === null) break;
        expect(error).toMatchObject({ code: 'SOURCES_BUSY' });
      }
    }
    ending.abort();
    expect(await writing).toStrictEqual([]);
    await writer.end();
    await scene.refresh('public.totals');
    await scene.expectRight('public.totals', OTHER);
    await scene.admin.query('DELETE FROM public.orders WHERE id >= 1000');
  });

  it('whom it waits for, and who wait for it: it gives way, and says so', async () => {
    await scene.deploy([totals]);
    const todo = await scene.plan([{ ...totals, query: TOTALS.replace('AS n', 'AS number') }]);
    const refreshing = new Client({ connectionString: scene.url, options: '-c deadlock_timeout=1min' });
    await refreshing.connect();
    const pool = new Pool({ connectionString: scene.url, options: '-c deadlock_timeout=2s', max: 1 });
    // What a refresh does: first the sources, then the stream table.
    await refreshing.query('BEGIN; LOCK TABLE public.orders IN SHARE ROW EXCLUSIVE MODE');
    const applying = thrownBy(apply(fromPg(pool), todo));
    await until(`SELECT FROM pg_locks l WHERE NOT l.granted AND l.relation = 'public.orders'::regclass`);
    const reading = refreshing.query('SELECT count(*) FROM public.totals');
    expect(await applying).toMatchObject({ code: 'SOURCES_BUSY' });
    await reading;
    await refreshing.query('ROLLBACK');
    await Promise.all([refreshing.end(), pool.end()]);
    await scene.expectRight('public.totals', TOTALS);
    expect(await apply(scene.executor, todo)).toMatchObject({ changes: 1 });
  });

  it('who hold its lock on the stream table: it gives up in time', async () => {
    await scene.deploy([totals]);
    const todo = await scene.plan([{ ...totals, query: TOTALS.replace('AS n', 'AS number') }]);
    await scene.admin.query('BEGIN; SELECT count(*) FROM public.totals');
    await expect(apply(scene.executor, todo, { lockTimeoutMs: 50 })).rejects.toMatchObject({
      code: 'SOURCES_BUSY',
      message: expect.stringContaining('lockTimeoutMs') as string,
    });
    await scene.admin.query('ROLLBACK');
    await scene.expectRight('public.totals', TOTALS);
  });
});

/** Deploys by a connection that is lost before the statement with that number; whether there was none. */
async function deployedUnlessLost(declared: readonly DeclaredStreamTable[], at: number): Promise<boolean> {
  const todo = await scene.plan(declared, { orphans: 'drop' });
  const pool = new Pool({ connectionString: scene.url, max: 1 });
  let client: PoolClient | undefined;
  pool.on('connect', (connected) => {
    client = connected;
  });
  let statements = 0;
  const error = await thrownBy(
    apply(fromPg(pool), todo, {
      onStatement() {
        // As the system does it for a process that is killed.
        if (statements === at) (client as unknown as Socketed).connection.stream.destroy();
        statements += 1;
      },
    }),
  );
  await pool.end();
  if (error !== null && !isPgStreamError(error, 'CONNECTION')) throw error;
  return error === null;
}

interface Socketed {
  readonly connection: { readonly stream: { destroy(): void } };
}

/** What a promise ends with; null for no error. */
async function thrownBy(promise: Promise<unknown>): Promise<unknown> {
  return await promise.then(
    () => null,
    (error: unknown) => error,
  );
}

/** Until a query has a row. */
async function until(query: string): Promise<void> {
  while ((await scene.admin.query(query)).rows.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** Writes orders one after another, and gives what was refused. */
async function writeUntil(ending: AbortSignal, pool: Pool): Promise<readonly unknown[]> {
  const refused: unknown[] = [];
  for (let id = 1000; !ending.aborted; id += 1) {
    const error = await thrownBy(pool.query('INSERT INTO public.orders VALUES ($1, $2, 1)', [id, id % 3]));
    if (error !== null) refused.push(error);
  }
  return refused;
}

/** Until the server has noticed that nobody is there any more. */
async function ended(): Promise<void> {
  await until(`SELECT WHERE NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 1885827956
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))`);
}

/** What the extension and we have written down, and what hangs on it. */
async function catalog(): Promise<unknown> {
  const { rows } = await scene.admin.query(
    `SELECT s.pgs_id, s.pgs_name, s.pgs_relid, s.defining_query, s.schedule, c.relname, col_description(c.oid, 1) AS mark,
      to_regclass('public.reading')::oid AS reading, obj_description(to_regclass('public.reading')) AS comment, to_regclass('public.by_total')::oid AS index
    FROM pgstream.pgs_stream_tables s JOIN pg_class c ON c.oid = s.pgs_relid ORDER BY 1`,
  );
  return rows;
}
