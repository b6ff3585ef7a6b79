import { extension, onPgTrickle, testRole } from '@pgstream/harness';
import { Pool } from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { apply, plan, planRollback, type DeclaredStreamTable } from '../../src/definitions.ts';
import type { SqlExecutor } from '../../src/index.ts';
import { fromPg } from '../../src/pg.ts';
import { TOTALS } from '../orders.ts';
import { definitionsScene, kindsOf } from './scene.ts';

const scene = definitionsScene();
afterEach(() => scene.clear());

const totals: DeclaredStreamTable = { name: 'totals', query: TOTALS };
const OTHER_COLUMN = TOTALS.replace('AS n', 'AS number');

describe('what is asked of a caller', () => {
  it.each([{ lockTimeoutMs: 0 }, { waitMs: 0 }, { lockTimeoutMs: Number.NaN }])('%j is refused', async (options) => {
    const todo = await scene.plan([totals]);
    await expect(apply(scene.executor, todo, options)).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    expect((await scene.plan([])).steps).toStrictEqual([]);
  });

  it('a time-out with a fraction is rounded up', async () => {
    expect(
      await apply(scene.executor, await scene.plan([totals]), { lockTimeoutMs: 999.5, waitMs: 999.5 }),
    ).toMatchObject({
      changes: 1,
    });
  });

  it('an executor that begins transactions, or is in one', async () => {
    const todo = await scene.plan([totals]);
    const { begin: _, ...without } = scene.executor;
    await expect(plan(without, [totals])).rejects.toThrow(/^plan\(\) needs a transaction/);
    await expect(apply(without, todo)).rejects.toThrow(/^apply\(\) needs a transaction/);
    for (const none of [undefined, {}]) {
      await expect(plan(none as SqlExecutor, [totals])).rejects.toThrow(/^It takes an executor/);
    }
  });

  it('no more than one connection', async () => {
    const todo = await scene.plan([totals]);
    const pool = new Pool({ connectionString: scene.url, max: 1, connectionTimeoutMillis: 5_000 });
    try {
      expect(await apply(fromPg(pool), todo)).toMatchObject({ changes: 1 });
    } finally {
      await pool.end();
    }
  });
});

describe('before anything is done', () => {
  it('a plan by which something would be lost is refused without a connection', async () => {
    await scene.deploy([totals]);
    await scene.admin.query('CREATE FUNCTION public.uses(t public.totals) RETURNS int LANGUAGE sql RETURN 1');
    const todo = await scene.plan([{ ...totals, query: OTHER_COLUMN }]);
    await scene.admin.query('DROP FUNCTION public.uses(public.totals)');
    const lost = { query: () => Promise.reject(new Error('sent')), scope: {}, transaction: 'none' } as SqlExecutor;
    await expect(apply(lost, todo)).rejects.toThrow(/would be lost.*uses\(.*totals\)/);
  });

  it('so is one by which something would be that has come since', async () => {
    await scene.deploy([totals]);
    const todo = await scene.plan([{ ...totals, query: OTHER_COLUMN }]);
    await scene.admin.query('CREATE FUNCTION public.uses(t public.totals) RETURNS int LANGUAGE sql RETURN 1');
    await expect(apply(scene.executor, todo)).rejects.toThrow(/would be lost.*uses\(.*totals\)/);
    await scene.expectRight('public.totals', TOTALS);
    await scene.admin.query('DROP FUNCTION public.uses(public.totals)');
  });

  it('the advisory locks of the extension are not waited for', async () => {
    const todo = await scene.plan([totals]);
    await scene.admin.query('SELECT pg_advisory_lock(1885827956)');
    expect(await apply(scene.executor, todo, { waitMs: 2_000 })).toMatchObject({ changes: 1 });
    await scene.admin.query('SELECT pg_advisory_unlock_all()');
    // And the lock of its own ends with the transaction.
    const { rows } = await scene.admin.query(
      `SELECT FROM pg_locks WHERE locktype = 'advisory' AND classid = 1885827956 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
    );
    expect(rows).toStrictEqual([]);
  });
});

describe('whatever the session has set', () => {
  it('its search_path', async () => {
    await scene.admin.query(`CREATE SCHEMA app; CREATE TABLE app.orders (id int, customer_id int, amount numeric);
      CREATE AGGREGATE app.sum (numeric) (SFUNC = pg_catalog.numeric_add, STYPE = numeric, INITCOND = '1000');
      CREATE FUNCTION app.less(numeric, integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT false';
      CREATE OPERATOR app.> (FUNCTION = app.less, LEFTARG = numeric, RIGHTARG = integer)`);
    const pool = new Pool({ connectionString: scene.url, max: 1, options: '-c search_path=app,pg_catalog,public' });
    try {
      const executor = fromPg(pool);
      const query = 'SELECT customer_id, sum(amount) AS total FROM orders WHERE amount > 6 GROUP BY customer_id';
      const plain = query.replace('orders', 'public.orders');
      for (const declared of [
        { ...totals, query: plain },
        { ...totals, query },
      ]) {
        await apply(executor, await plan(executor, [declared]));
        await scene.refresh('public.totals');
        await scene.expectRight('public.totals', plain);
        expect((await plan(executor, [declared])).steps).toStrictEqual([]);
        await scene.clear();
      }
    } finally {
      await pool.end();
    }
  });

  it('and it is left as it was, also where there is nothing to do', async () => {
    const { admin } = scene;
    await scene.deploy([totals]);
    await admin.query("BEGIN; SET LOCAL search_path = public, pg_catalog; SET LOCAL lock_timeout = '7s'");
    const executor = fromPg(admin);
    for (const declared of [totals, { ...totals, schedule: '7m' }]) {
      await apply(executor, await plan(executor, [declared]));
      const { rows } = await admin.query(
        `SELECT current_setting('search_path') AS path, current_setting('lock_timeout') AS wait, current_setting('row_security') AS policies`,
      );
      expect(rows).toStrictEqual([{ path: 'public, pg_catalog', wait: '7s', policies: 'on' }]);
    }
    await admin.query('ROLLBACK');
  });

  // pg_trickle lets the query see what its owner may, whatever the session has set (contract F.3).
  it.skipIf(onPgTrickle)('rows that a policy hides from the role are not left out: it is refused', async () => {
    const role = await testRole();
    await scene.admin.query(`CREATE SCHEMA hidden; GRANT ALL ON SCHEMA hidden TO ${role.name};
      CREATE TABLE hidden.sales (id int PRIMARY KEY, tenant int); INSERT INTO hidden.sales VALUES (1, 1), (2, 2);
      ALTER TABLE hidden.sales ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON hidden.sales USING (tenant = 1);
      GRANT SELECT, MAINTAIN, TRIGGER ON hidden.sales TO ${role.name};
      GRANT USAGE, CREATE ON SCHEMA pgstream, pgstream_changes TO ${role.name};
      GRANT ALL ON ALL TABLES IN SCHEMA pgstream TO ${role.name};
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA pgstream TO ${role.name};
      GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA pgstream TO ${role.name}`);
    const pool = new Pool({ connectionString: role.url(scene.url), max: 1 });
    try {
      const executor = fromPg(pool);
      const todo = await plan(executor, [
        { name: { schema: 'hidden', name: 'own' }, query: 'SELECT id FROM hidden.sales', refreshMode: 'FULL' },
      ]);
      await expect(apply(executor, todo)).rejects.toMatchObject({ sqlState: '42501', operation: 'apply' });
      expect((await scene.plan([])).steps).toStrictEqual([]);
    } finally {
      await pool.end();
    }
  });
});

describe('what it says', () => {
  it('what it has done, without what is only told', async () => {
    await scene.admin.query(
      `SELECT ${extension.schema}.create_stream_table('public.somebodys', '${TOTALS}', '1m', 'DIFFERENTIAL');
       SELECT ${extension.schema}.create_stream_table('public.nobodys', '${TOTALS}', '1m', 'DIFFERENTIAL')`,
    );
    const declared = [totals, { name: 'somebodys', query: TOTALS }];
    const report = await scene.deploy(declared);
    expect(report.changes).toBe(1);
    expect(kindsOf(report).toSorted()).toStrictEqual(['adopt public.somebodys', 'create public.totals']);
    expect(await scene.deploy(declared)).toMatchObject({ changes: 0, steps: [] });
  });

  it('each statement before it is sent, and nothing is done when that throws', async () => {
    const declared = [totals, { name: 'second', query: TOTALS, comment: 'said' }];
    const todo = await scene.plan(declared);
    const said: string[] = [];
    const stopping = apply(scene.executor, todo, {
      onStatement(sql, { name }) {
        said.push(`${name.name}: ${sql.split('(')[0]}`);
        if (sql.startsWith('COMMENT ON TABLE')) throw new Error('stop');
      },
    });
    await expect(stopping).rejects.toMatchObject({ cause: new Error('stop') });
    const create = `SELECT ${extension.schema}.create_stream_table`;
    expect(said).toStrictEqual([
      `totals: ${create}`,
      `second: ${create}`,
      `second: COMMENT ON TABLE "public"."second" IS 'said'`,
    ]);
    expect((await scene.plan([])).steps).toStrictEqual([]);
  });

  it('where a stream table was declared that the server refuses, and what the server said', async () => {
    const query = 'SELECT id FROM public.orders LIMIT 1';
    const todo = await scene.plan([{ name: 'few', query, source: 'src/few.ts' }]);
    await expect(apply(scene.executor, todo)).rejects.toMatchObject({
      code: 'UNSUPPORTED_QUERY',
      message: expect.stringMatching(/^"public"\."few" \(src\/few\.ts\): /) as string,
      cause: expect.objectContaining({ message: expect.stringContaining('LIMIT') as string }) as Error,
      schema: 'public',
      table: 'few',
      operation: 'apply',
    });
  });
});

describe('planRollback()', () => {
  it('leaves alone what earlier ones have done, and what nobody declared', async () => {
    await scene.deploy([{ ...totals, schedule: '3m' }]);
    await scene.deploy([
      { ...totals, schedule: '3m' },
      { name: 'second', query: TOTALS },
    ]);
    await scene.admin.query(
      `SELECT ${extension.schema}.create_stream_table('public.nobodys', '${TOTALS}', '1m', 'DIFFERENTIAL')`,
    );
    // What is only taken note of is no change to be taken back.
    await scene.deploy([
      { ...totals, schedule: '3m', columns: [{ name: 'customer_id' }, { name: 'total' }, { name: 'n' }] },
    ]);
    const back = await planRollback(scene.executor);
    expect(kindsOf(back).toSorted()).toStrictEqual(['drop public.second', 'foreign public.nobodys']);
    await apply(scene.executor, back);
    expect((await scene.plan([{ ...totals, schedule: '3m' }])).changes).toBe(0);
  });
});
