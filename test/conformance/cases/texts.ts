import { isPgStreamError } from '@pgstream/core';
import { beforeAll, describe, expect, it } from 'vitest';
import { note } from '../report/index.ts';
import { endOf, type Stage } from '../stage.ts';
import { byName } from './by-name.ts';
import { PASSING_TEXTS, SCHEMA_TEXTS, WRITING_TEXTS } from './statements.ts';
import { withoutControl } from './sent-before.ts';
import { changes, expectUnchanged, keepRows } from './stored-rows.ts';

export function textCases<Native>(stage: Stage<Native>): void {
  const { texts: paths } = stage.driver;
  beforeAll(async () => {
    await keepRows(stage);
    // What a driver sends when it connects is not what these ask about.
    await stage.client.count('orderTotals');
  });

  describe('every text that writes a stream table is refused, and nothing is sent', () => {
    describe.each(byName(paths))('%s', (_path, { send }) => {
      it.each(WRITING_TEXTS)('$text', async ({ text, operation, schema = 'public' }) => {
        const { length } = stage.client.sent;
        expectRefused(await endOf(() => send(stage.client.native, text)), { operation, schema, table: 'order_totals' });
        expect(withoutControl(stage.client.sent.slice(length))).toEqual([]);
        note(operation);
      });

      it.each(SCHEMA_TEXTS)('%s', async (text) => {
        const error = await endOf(() => send(stage.client.native, text));
        const operation = text.split(' ').slice(0, 2).join(' ').toLowerCase();
        expectRefused(error, { operation, schema: 'analytics', table: expect.any(String) as string });
        note(operation);
      });
    });

    it('of all of them', async () => {
      expect(await changes(stage)).toEqual([]);
    });
  });

  it('refused texts leave the transaction around them usable, all of them in one', async () => {
    const kept = await stage.client.transaction(async (session) => {
      await session.pay(600, 1);
      for (const { send } of paths) {
        for (const { text } of WRITING_TEXTS) {
          expect(isPgStreamError(await endOf(() => send(session.native, text)), 'READ_ONLY')).toBe(true);
        }
      }
      return await session.sql('SELECT count(*)::int AS n FROM public.payments WHERE account = 600');
    });
    expect(kept).toEqual([{ n: 1 }]);
    const { rowCount } = await stage.admin.query('DELETE FROM public.payments WHERE account = 600');
    expect(rowCount).toBe(1);
    await expectUnchanged(stage);
  });

  describe('every text that reads stream tables, or writes others, is sent as it is', () => {
    describe.each(byName(paths))('%s', (_path, { send }) => {
      it.each(PASSING_TEXTS)('%s', async (text) => {
        const { length } = stage.client.sent;
        expect(await endOf(() => send(stage.client.native, text))).toBeUndefined();
        expect(stage.client.sent.slice(length)).toContain(text);
      });
    });

    it('and no stream table is changed', async () => {
      expect(await changes(stage)).toEqual([]);
    });
  });
}

interface Refused {
  readonly operation: string;
  readonly schema: string;
  readonly table: string;
}

function expectRefused(error: unknown, refused: Refused): void {
  expect(error).toMatchObject({ name: 'StreamTableReadOnlyError', code: 'READ_ONLY', ...refused });
}
