import { isPgStreamError } from '@pgstream/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Client, WriteCall } from '../driver.ts';
import { note } from '../report/index.ts';
import { endOf, type Stage } from '../stage.ts';
import { byName } from './by-name.ts';
import { expectUnchanged, keepRows } from './stored-rows.ts';
import { expectNothingOfIt, ordinaryRows, rowsAtRisk } from './sent-before.ts';

export function writeCases<Native>(stage: Stage<Native>): void {
  const { driver } = stage;
  beforeAll(() => keepRows(stage));

  describe('every write call is refused by the model, and nothing is sent', () => {
    it.each(byName(driver.writes))('%s', async (_, write) => {
      const { length } = stage.client.sent;
      const atRisk = await rowsAtRisk(stage, write);
      const error = await endOf(() => write.call(stage.client.native));
      expectRefused(error, write);
      expectNothingOfIt(stage.client.sent.slice(length), write);
      await expectUnchanged(stage);
      expect(await rowsAtRisk(stage, write)).toEqual(atRisk);
      note(write.operation);
    });
  });

  it('refused write calls leave the transaction around them usable, all of them in one', async () => {
    const ordinary = await ordinaryRows(stage);
    const kept = await stage.client.transaction(async (session) => {
      await session.pay(500, 1);
      for (const write of driver.writes) expectRefused(await endOf(() => write.call(session.native)), write);
      return session.sql('SELECT count(*)::int AS n FROM public.payments WHERE account = 500');
    });
    expect(kept).toEqual([{ n: 1 }]);
    const { rowCount } = await stage.admin.query('DELETE FROM public.payments WHERE account = 500');
    expect(rowCount).toBe(1);
    await expectUnchanged(stage);
    expect(await ordinaryRows(stage)).toEqual(ordinary);
  });

  describe('every write call fails without the guard, too, and changes no row', () => {
    const calls = driver.writes.filter(({ onlyBuilds }) => !onlyBuilds);
    // Where an ORM cannot have this, one call stands for all of them, with the reason.
    const id = 'writes: every write call fails without the guard, too, and changes no row';
    const asked = id in driver.cannot ? calls.slice(0, 1) : calls;
    let unguarded: Client<Native>;
    beforeAll(async () => {
      unguarded = await driver.openUnguarded(stage.database.url);
    });
    afterAll(() => unguarded.close());

    it.each(byName(asked))('%s', async (_, { call }) => {
      expect(await endOf(() => call(unguarded.native))).toBeInstanceOf(Error);
      await expectUnchanged(stage);
    });
  });

  it('an ordinary model is written as ever', async () => {
    await stage.client.pay(501, 25);
    const { rows } = await stage.admin.query('DELETE FROM public.payments WHERE account = 501 RETURNING amount');
    expect(rows).toEqual([{ amount: 25 }]);
  });

  describe('every write to an ordinary model that has to do with a stream table goes through', () => {
    it.each(byName(driver.allowed))('%s', async (_, { call, gives }) => {
      expect(await call(stage.client.native)).toEqual(gives);
      await stage.admin.query('TRUNCATE public.archive');
      await expectUnchanged(stage);
    });
  });
}

function expectRefused<Native>(
  error: unknown,
  { name, operation, table = 'order_totals', schema = 'public' }: WriteCall<Native>,
): void {
  expect(isPgStreamError(error, 'READ_ONLY'), `${name}: ${String(error)}`).toBe(true);
  expect(error).toMatchObject({ name: 'StreamTableReadOnlyError', operation, schema, table });
  expect((error as Error).message).toContain(schema === 'public' ? `"${table}"` : `"${schema}.${table}"`);
}
