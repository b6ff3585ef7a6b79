import { readOnlyRoleSql, refreshFunctionSql, refreshRoleSql } from '@pgstream/core';
import { connect, extension, freshDatabase, inItsNames, testRole, type TestRole } from '@pgstream/harness';
import { Client as Connection } from 'pg';
import { expect, it } from 'vitest';
import { endOf, type Stage } from '../stage.ts';

/** Payments of two accounts, of which policies show one; the last is not refreshed yet. */
const POLICED = `
  CREATE TABLE public.payments (id serial PRIMARY KEY, account integer NOT NULL, amount integer NOT NULL);
  CREATE TABLE public.archive (customer_id integer PRIMARY KEY, total numeric);
  INSERT INTO public.payments (account, amount) VALUES (1, 10), (2, 7);
  ALTER TABLE public.payments ENABLE ROW LEVEL SECURITY;
  CREATE POLICY of_one ON public.payments USING (account = 1);
  SELECT pgstream.create_stream_table(name => 'public.account_totals', schedule => '1h', query =>
    'SELECT account, sum(amount) AS paid, count(*) AS payments FROM public.payments GROUP BY account');
  SELECT pgstream.refresh_stream_table('public.account_totals');
  INSERT INTO public.payments (account, amount) VALUES (2, 2)`;

const QUESTIONS = ['isStale', 'lastRefreshAt', 'stalenessMs', 'status'] as const;

export function rightsCases<Native>(stage: Stage<Native>): void {
  async function reader(): Promise<TestRole> {
    const role = await testRole();
    await stage.admin.query(readOnlyRoleSql(role.name, ['account_totals'], { dialect: extension.name }));
    return role;
  }

  it('a role without rights is told which it needs', async () => {
    const role = await testRole();
    const client = await stage.open(role.url(stage.database.url));
    for (const method of [...QUESTIONS, 'refresh'] as const) {
      const error = await endOf(() => client.helpers('accountTotals')[method]());
      expect(error).toMatchObject({
        code: 'PERMISSION_DENIED',
        sqlState: '42501',
        table: 'account_totals',
        message: expect.stringContaining('GRANT') as unknown,
      });
    }
  });

  it('a role that may only read reads and asks', async () => {
    const client = await stage.open((await reader()).url(stage.database.url));
    expect(await client.count('accountTotals')).toBe(2);
    expect(await client.helpers('accountTotals').isStale()).toBe(false);
    expect(await client.helpers('accountTotals').lastRefreshAt()).toBeInstanceOf(Date);
    expect(await client.helpers('accountTotals').stalenessMs()).toBeGreaterThanOrEqual(0);
    expect(await client.helpers('accountTotals').status()).toMatchObject({ name: 'account_totals' });
  });

  it('a role that may only read is told what it lacks to refresh', async () => {
    const client = await stage.open((await reader()).url(stage.database.url));
    const error = await endOf(() => client.helpers('accountTotals').refresh());
    expect(error).toMatchObject({
      code: 'PERMISSION_DENIED',
      sqlState: '42501',
      message: expect.stringContaining(extension.checksOuterOwner ? 'refreshRoleSql' : 'refreshFunctionSql') as unknown,
    });
    expect(await client.helpers('accountTotals').isStale()).toBe(false);
  });

  it.skipIf(extension.checksOuterOwner)(
    'a role that may only read refreshes through a function of the owner’s',
    async () => {
      const role = await reader();
      const via = { schema: 'public', name: `refresh_for_${role.name}` };
      await stage.admin.query(
        refreshFunctionSql(['account_totals'], { function: via, roles: [role.name], dialect: extension.name }),
      );
      const client = await stage.open(role.url(stage.database.url));
      expect(await client.helpers('accountTotals').refresh({ via })).toMatchObject({ status: 'refreshed' });
    },
  );

  it('a role that may only read refreshes as the owner, and stays itself', async () => {
    const role = await reader();
    const owner = await testRole();
    const table = 'analytics.account_totals';
    await stage.admin.query(
      `ALTER TABLE ${table} OWNER TO ${owner.name}; GRANT USAGE ON SCHEMA analytics TO ${owner.name}`,
    );
    await stage.admin.query(
      refreshRoleSql([{ schema: 'analytics', name: 'account_totals' }], { role: role.name, dialect: extension.name }),
    );
    const client = await stage.open(role.url(stage.database.url));
    const analytics = client.pgstream().table({ schema: 'analytics', name: 'account_totals' });
    expect(await analytics.refresh({ as: owner.name })).toMatchObject({ status: 'refreshed' });
    await expect(analytics.refresh()).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    await stage.admin.query(`ALTER TABLE ${table} OWNER TO CURRENT_USER`);
  });

  it('a role that may only read may not write, and canWrite() says so', async () => {
    const client = await stage.open((await reader()).url(stage.database.url));
    expect(await client.pgstream().canWrite('account_totals')).toBe(false);
  });

  it('a view with its owner’s rights lets a role write to it, and canWrite() says so', async () => {
    const role = await reader();
    const client = await stage.open(role.url(stage.database.url));
    const view = `public.through_${role.name}`;
    await stage.admin.query(`
      CREATE VIEW ${view} AS SELECT account, paid FROM public.account_totals;
      GRANT SELECT, DELETE ON ${view} TO ${role.name}`);
    expect(await client.pgstream().canWrite('account_totals')).toBe(true);
    await stage.admin.query(`ALTER VIEW ${view} SET (security_invoker = true)`);
    expect(await client.pgstream().canWrite('account_totals')).toBe(false);
    await stage.admin.query(`DROP VIEW ${view}`);
  });

  // A later pg_trickle refreshes with its own rights.
  it.skipIf(extension.checksOuterOwner)(
    'a role that row security of a source binds refreshes nothing, is told why, and nobody’s rows are lost',
    async () => {
      const role = await testRole();
      const url = await freshDatabase();
      const owner = await connect(url);
      await owner.query(POLICED);
      await owner.query(`
      GRANT SELECT, MAINTAIN, TRIGGER ON public.payments TO ${role.name};
      GRANT INSERT ON public.archive TO ${role.name};
      GRANT USAGE, CREATE ON SCHEMA pgstream, pgstream_changes TO ${role.name};
      GRANT ALL ON ALL TABLES IN SCHEMA pgstream, pgstream_changes TO ${role.name};
      GRANT USAGE ON ALL SEQUENCES IN SCHEMA pgstream TO ${role.name};
      ALTER TABLE public.account_totals OWNER TO ${role.name}`);
      const stored = async (): Promise<unknown> =>
        (await owner.query('SELECT account, paid::int FROM public.account_totals ORDER BY account')).rows;
      const kept = [
        { account: 1, paid: 10 },
        { account: 2, paid: 7 },
      ];
      const refused = {
        code: 'PERMISSION_DENIED',
        sqlState: '42501',
        operation: 'refresh',
        message: expect.stringMatching(
          /^Row security policies of "public"\."payments" bind this role.*BYPASSRLS.*refreshFunctionSql/,
        ) as unknown,
      };
      const client = await stage.open(role.url(url));
      for (const options of [{}, { timeoutMs: 60_000 }, { lockSources: false }]) {
        expect(await endOf(() => client.helpers('accountTotals').refresh(options))).toMatchObject(refused);
      }
      // No refusal that a transaction survives: nothing of it is stored.
      const work = client.transaction(async (session) => {
        await session.sql('INSERT INTO public.archive (customer_id) VALUES (1)');
        await session.helpers('accountTotals').refresh();
      });
      expect(await endOf(() => work)).toMatchObject(refused);
      expect((await owner.query('SELECT customer_id FROM public.archive')).rows).toEqual([]);
      expect(await stored()).toEqual(kept);

      const via = { schema: 'public', name: 'refresh_for_all' };
      await owner.query(
        refreshFunctionSql(['account_totals'], { function: via, roles: [role.name], dialect: extension.name }),
      );
      expect(await client.helpers('accountTotals').refresh({ via })).toMatchObject({ status: 'refreshed' });
      expect(await stored()).toEqual([kept[0], { account: 2, paid: 9 }]);
    },
  );

  it('a database without the extension is told from one without the stream table', async () => {
    const url = await freshDatabase();
    const connection = new Connection({ connectionString: url });
    await connection.connect();
    await connection.query(inItsNames('DROP EXTENSION pg_stream CASCADE'));
    await connection.end();
    const client = await stage.open(url);
    for (const method of [...QUESTIONS, 'refresh'] as const) {
      const error = await endOf(() => client.helpers('accountTotals')[method]());
      expect(error).toMatchObject({ code: 'EXTENSION_MISSING' });
    }
  });
}
