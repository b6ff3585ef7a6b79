import { readOnlyRoleSql, refreshFunctionSql } from '@pgstream/core';
import { freshDatabase, testRole, type TestRole } from '@pgstream/harness';
import { Client as Connection } from 'pg';
import { expect, it } from 'vitest';
import { endOf, type Stage } from '../stage.ts';

const QUESTIONS = ['isStale', 'lastRefreshAt', 'stalenessMs', 'status'] as const;

export function rightsCases<Native>(stage: Stage<Native>): void {
  async function reader(): Promise<TestRole> {
    const role = await testRole();
    await stage.admin.query(readOnlyRoleSql(role.name, ['account_totals']));
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
      message: expect.stringContaining('refreshFunctionSql') as unknown,
    });
    expect(await client.helpers('accountTotals').isStale()).toBe(false);
  });

  it('a role that may only read refreshes through a function of the owner’s', async () => {
    const role = await reader();
    const via = { schema: 'public', name: `refresh_for_${role.name}` };
    await stage.admin.query(refreshFunctionSql(['account_totals'], { function: via, roles: [role.name] }));
    const client = await stage.open(role.url(stage.database.url));
    expect(await client.helpers('accountTotals').refresh({ via })).toMatchObject({ status: 'refreshed' });
  });

  it('a database without the extension is told from one without the stream table', async () => {
    const url = await freshDatabase();
    const connection = new Connection({ connectionString: url });
    await connection.connect();
    await connection.query('DROP EXTENSION pg_stream CASCADE');
    await connection.end();
    const client = await stage.open(url);
    for (const method of [...QUESTIONS, 'refresh'] as const) {
      const error = await endOf(() => client.helpers('accountTotals')[method]());
      expect(error).toMatchObject({ code: 'EXTENSION_MISSING' });
    }
  });
}
