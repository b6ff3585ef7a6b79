import { isPgStreamError, readOnlyRoleSql } from '@pgstream/core';
import { extension, onPgTrickle, type TestRole, testRole } from '@pgstream/harness';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { note } from '../report/index.ts';
import { endOf, type Stage } from '../stage.ts';
import { byName } from './by-name.ts';
import { UNSEEN_NEEDED, UNSEEN_NEEDS } from './statements.ts';
import { type Change, changes, expectUnchanged, keepRows, restoreRows } from './stored-rows.ts';

export function bypassCases<Native>(stage: Stage<Native>): void {
  const { bypasses } = stage.driver;
  let role: TestRole;

  beforeAll(async () => {
    await keepRows(stage);
    await stage.admin.query(UNSEEN_NEEDS);
    role = await testRole();
    await stage.admin.query(readOnlyRoleSql(role.name, ['order_totals'], { dialect: extension.name }));
    // An ordinary application: it writes its own tables, and moves rows that a write might fetch from there.
    await stage.admin.query(`GRANT SELECT, INSERT, UPDATE, DELETE ON public.customers, public.orders TO ${role.name}`);
  });

  afterAll(() => stage.admin.query(UNSEEN_NEEDED));

  const possible = bypasses.filter(({ asOwner }) => asOwner === 'writes');
  describe.runIf(onPgTrickle)('is refused by pg_trickle itself, whoever sends it', () => {
    it.each(byName(possible))('%s', async (_, { call }) => {
      const error = await endOf(() => call(stage.client.native));
      expect(sqlStateOf(error)).toBe('P0001');
      await expectUnchanged(stage);
      note(`SQLSTATE ${sqlStateOf(error)}`);
    });
  });

  describe.skipIf(onPgTrickle)('changes rows when the owner of the stream table sends it', () => {
    it.each(byName(possible))('%s', async (_, { call }) => {
      const error = await endOf(() => call(stage.client.native));
      const changed = await changes(stage);
      await restoreRows(stage);
      expect(error).toBeUndefined();
      expect(changed).not.toEqual([]);
      note(inWords(changed));
    });
  });

  // Only where a model is no table to the ORM.
  const impossible = bypasses.filter(({ asOwner }) => asOwner === 'refused');
  describe.runIf(impossible.length > 0)(
    'is refused by PostgreSQL whoever sends it, because the model is no table',
    () => {
      it.each(byName(impossible))('%s', async (_, { call }) => {
        const error = await endOf(() => call(stage.client.native));
        expect(sqlStateOf(error)).toMatch(/^42/);
        await expectUnchanged(stage);
        note(`SQLSTATE ${sqlStateOf(error)}`);
      });
    },
  );

  describe('is refused by PostgreSQL to a role that may only read', () => {
    it.each(byName(bypasses))('%s', async (_, { call, asOwner }) => {
      const client = await stage.open(role.url(stage.database.url));
      const error = await endOf(() => call(client.native));
      expect(sqlStateOf(error)).toMatch(asOwner === 'writes' ? /^42501$/ : /^42/);
      await expectUnchanged(stage);
      note(`SQLSTATE ${sqlStateOf(error)}`);
    });
  });
}

function inWords(changed: readonly Change[]): string {
  const gone = changed.filter(({ change }) => change === 'gone').length;
  const added = changed.length - gone;
  if (gone === added) return `${rows(gone)} changed`;
  return [gone > 0 && `${rows(gone)} gone`, added > 0 && `${rows(added)} added`].filter(Boolean).join(', ');
}

function rows(count: number): string {
  return `${count} ${count === 1 ? 'row' : 'rows'}`;
}

/** The SQLSTATE, wherever the ORM keeps the driver's error. */
function sqlStateOf(error: unknown): string | undefined {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (isPgStreamError(each) && each.sqlState !== undefined) return each.sqlState;
    if ('code' in each && /^[0-9A-Z]{5}$/.test(String(each.code))) return String(each.code);
  }
  return undefined;
}
