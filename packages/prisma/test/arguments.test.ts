import { isPgStreamError } from '@pgstream/core';
import { onPgTrickle } from '@pgstream/harness';
import { skip } from '@prisma/client/runtime/client';
import { beforeEach, describe, expect, it } from 'vitest';
import { guardHooks } from '../src/guard/index.ts';
import { loose, open, shopDatabase, streamTables } from './shop/index.ts';

// What Prisma makes of arguments, and the guard with it. The conformance suite has more of it, for each version.
const database = shopDatabase();
const { client, sent } = open(database.url);
const db = loose(client.$extends(streamTables()));
const where = { id: 1 };
const goOn = (args: unknown): unknown => args;
const deletion = { delete: true };

beforeEach(async () => {
  await client.$queryRawUnsafe('SELECT 1');
  sent.length = 0;
});

/** Statements that write a stream table. */
const writes = () =>
  sent.filter((text) => /\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+"public"\."order_totals"/i.test(text));

type Values = readonly [harmless: unknown, harmful: unknown];

/** What says something else at one of its readings. */
const CHANGING: readonly (readonly [name: string, of: (values: Values, isTime: () => boolean) => unknown])[] = [
  [
    'a getter',
    ([harmless, harmful], isTime) => ({
      get totals() {
        return isTime() ? harmful : harmless;
      },
    }),
  ],
  ['toJSON()', ([harmless, harmful], isTime) => ({ toJSON: () => ({ totals: isTime() ? harmful : harmless }) })],
  [
    'a getter of what toJSON() gives',
    ([harmless, harmful], isTime) => ({
      toJSON: () => ({
        get totals() {
          return isTime() ? harmful : harmless;
        },
      }),
    }),
  ],
  [
    'toJSON() of what toJSON() gives',
    ([harmless, harmful], isTime) => ({
      toJSON: () => ({ totals: { toJSON: () => (isTime() ? harmful : harmless) } }),
    }),
  ],
  [
    'a proxy’s values',
    ([harmless, harmful], isTime) =>
      new Proxy(
        { totals: harmless },
        { get: (target, key) => (key === 'totals' && isTime() ? harmful : Reflect.get(target, key)) },
      ),
  ],
  [
    'a proxy’s keys',
    ([, harmful], isTime) =>
      new Proxy({ name: 'Ada', totals: harmful }, { ownKeys: () => (isTime() ? ['name', 'totals'] : ['name']) }),
  ],
  [
    'a proxy’s prototype',
    ([, harmful], isTime) =>
      new Proxy(
        { totals: harmful, ifUndefined: undefined },
        { getPrototypeOf: () => (isTime() ? Object.prototype : Date.prototype) },
      ),
  ],
  [
    'a proxy that is Prisma.skip',
    ([, harmful], isTime) => ({
      totals: new Proxy(harmful as object, {
        get(target, key, proxy) {
          return key === 'ifUndefined' ? (isTime() ? undefined : () => proxy as unknown) : Reflect.get(target, key);
        },
      }),
    }),
  ],
  [
    'the length of a list',
    ([, harmful], isTime) => ({
      orders: {
        update: new Proxy([{ where, data: { customer: { update: { totals: harmful } } } }], {
          get: (target, key) => (key === 'length' && !isTime() ? 0 : Reflect.get(target, key)),
        }),
      },
    }),
  ],
];

describe('what says something else when it is read again is refused, or is what it was when it was looked at', () => {
  it.each(CHANGING.flatMap(([name, of]) => [1, 2, 3, 4, 5, 6].map((time) => [name, time, of] as const)))(
    '%s, at reading %d',
    async (_name, time, of) => {
      let readings = 0;
      const data = of([undefined, deletion], () => ++readings >= time);
      const end = await Promise.resolve(db['customer']?.['update']?.({ where, data })).catch((error: unknown) => error);
      expect(readings).toBeGreaterThan(0);
      expect(writes()).toEqual([]);
      if (!isPgStreamError(end, 'READ_ONLY')) return;
      expect(sent).toEqual([]);
    },
  );

  it('and at the first reading it is a write that Prisma would send', async () => {
    // Without the guard: or the above would prove nothing. pg_trickle refuses what arrives.
    const written = loose(client)['customer']?.['update']?.({ where, data: { toJSON: () => ({ totals: deletion }) } });
    const end = await Promise.resolve(written).catch(String);
    expect(writes()).not.toEqual([]);
    expect(String(end).includes('P0001')).toBe(onPgTrickle);
  });
});

describe('Prisma.skip', () => {
  it.each([
    ['a nested write', { totals: skip }],
    ['a nested call', { totals: { delete: skip } }],
    ['what is no nested write', { regionName: skip }],
  ])('leaves out %s', async (_what, data) => {
    const row = await db['customer']?.['update']?.({ where, data: { name: 'Ada', ...data } });
    expect(row).toMatchObject({ id: 1, name: 'Ada', regionName: 'north' });
    expect(writes()).toEqual([]);
  });

  it('leaves out a nested call further down', async () => {
    const customers = { update: { where, data: { name: 'Ada', totals: skip } } };
    await db['region']?.['update']?.({ where: { name: 'north' }, data: { customers } });
    expect(writes()).toEqual([]);
    expect(sent.join('\n')).toMatch(/UPDATE "public"."customers"/);
  });

  it('in a list is what Prisma refuses', async () => {
    const update = db['region']?.['update']?.({ where: { name: 'north' }, data: { customers: { update: [skip] } } });
    await expect(update).rejects.toThrow(/within array/);
  });
});

describe('what Prisma cannot copy for a client with any query extension is an error, and nothing is stored', () => {
  const circular: { self?: unknown; toJSON(): string } = { toJSON: () => 'text' };
  circular.self = circular;

  it.each([
    ['a DataView', new DataView(new ArrayBuffer(1))],
    ['an object that refers to itself', circular],
  ])('%s', async (_what, value) => {
    const looking = loose(client.$extends({ query: { badge: { create: ({ args, query }) => query(args) } } }));
    await expect(looking['badge']?.['create']?.({ data: { data: value } })).rejects.toThrow(
      /slice is not a function|call stack/,
    );
    await expect(db['badge']?.['create']?.({ data: { data: value } })).rejects.toThrow(
      /slice is not a function|call stack/,
    );
    expect(sent).toEqual([]);
  });
});

describe('where Prisma does not show what it was given, its copy is looked at, and is what goes on', () => {
  const hook = guardHooks(
    { A: { relations: { b: { model: 'B', foreignKey: 'there' } } }, B: { streamTable: { name: 'b' } } },
    'public',
  )['a']?.['update'];
  it.each([undefined, {}, { args: undefined }, { args: 'text' }])('%o', (internal) => {
    const given = (data: object) => ({
      operation: 'update',
      args: { data },
      query: goOn,
      __internalParams: internal as object,
    });
    expect(hook?.(given({ name: 'x', b: undefined }))).toEqual({ data: { name: 'x', b: undefined } });
    expect(() => hook?.(given({ b: { delete: true } }))).toThrow(/"b" is a stream table/);
  });
});
