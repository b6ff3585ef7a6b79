import vm from 'node:vm';
import type { TestDatabase } from '@pgstream/harness';
import { afterAll, describe, expect, it } from 'vitest';
import type { ConformanceDriver } from '../driver.ts';
import { shopDatabase } from '../shop/index.ts';
import type { Db, Opened, Prisma } from './client.ts';
import type { Native } from './session.ts';

class Money {
  readonly cents = 5;
  toJSON(): object {
    return { eur: this.cents / 100 };
  }
}

class Point {
  readonly #x = 1;
  get x(): number {
    return this.#x;
  }
  readonly y = 2;
}

/** As those of some databases' clients, whose dates know more than milliseconds. */
class PreciseDate extends Date {
  override toISOString(): string {
    return super.toISOString().replace('000Z', '001Z');
  }
}

/** As libraries of dates have them. */
class Moment {
  readonly $d = new Date('2026-01-02T03:04:05.678Z');
  readonly $locale = { name: 'en', ordinal: (n: number): string => `${n}.` };
  toJSON(): string {
    return this.$d.toISOString();
  }
}

class Row {
  readonly id = 4;
  readonly label = 'a';
}

class Tags extends Array<string> {}

/** What Prisma's models have a field for, and what people put there. */
const VALUES: readonly (readonly [name: string, column: string, value: unknown])[] = [
  ['an instance of a class with toJSON()', 'doc', new Money()],
  ['the same within', 'doc', { price: new Money(), prices: [new Money()] }],
  ['an instance of a class', 'doc', new Point()],
  ['the same within', 'doc', { at: new Point() }],
  ['a URL', 'doc', new URL('https://example.com/a?b')],
  ['the same within', 'doc', { link: new URL('https://example.com/a?b') }],
  ['a date', 'doc', { at: new Date(0) }],
  ['a date of another realm', 'doc', { at: vm.runInNewContext('new Date(0)') as unknown }],
  ['a date of a library', 'doc', { at: new Moment() }],
  ['a Map', 'doc', { map: new Map([[1, 2]]) }],
  ['an object without a prototype', 'doc', Object.assign(Object.create(null) as object, { a: 1 })],
  ['an object of another realm', 'doc', vm.runInNewContext('({ a: { b: [1] } })')],
  ['what is inherited', 'doc', Object.create({ a: 1 })],
  ['a proxy', 'doc', new Proxy({ a: 1 }, {})],
  ['a key of Prisma’s own', 'doc', { $type: 'Json', value: '1' }],
  ['the same by toJSON()', 'doc', { toJSON: () => ({ $type: 'Json', value: '1' }) }],
  ['a buffer', 'doc', { bytes: Buffer.from('a') }],
  ['undefined within', 'doc', { a: undefined, b: 1 }],
  ['what looks as a nested write does', 'doc', { create: { customer: { update: { totals: { delete: true } } } } }],
  ['a URL', 'label', new URL('https://example.com/a?b')],
  ['an object with toJSON()', 'label', { toJSON: () => 'text' }],
  ['a date', 'instant', new Date(0)],
  ['a date of another realm', 'instant', vm.runInNewContext('new Date(0)')],
  ['a date of a class of its own', 'instant', new PreciseDate(0)],
  ['a date of a library', 'instant', new Moment()],
  ['an object with toJSON()', 'instant', { toJSON: () => '2026-01-02T03:04:05.678Z' }],
  ['an object with toJSON()', 'long', { toJSON: () => '1.50' }],
  ['an object that is as Decimal', 'long', { s: 1, e: 0, d: [15], toFixed: () => '1.5' }],
  ['an object with toJSON()', 'big', { toJSON: () => '9007199254740993' }],
  ['a BigInt', 'big', 9_007_199_254_740_993n],
  ['a buffer', 'bytes', Buffer.from('bytes')],
  ['a part of another', 'bytes', new Uint8Array([1, 2, 3, 4]).subarray(1, 3)],
  ['numbers of two bytes', 'bytes', new Uint16Array([1, 2])],
  ['a list of a class of its own', 'tags', Tags.from(['a', 'b'])],
  ['objects with toJSON()', 'tags', [{ toJSON: () => 'a' }, new URL('https://example.com')]],
];

/** What Prisma refuses, for a reason that is to stay the same. */
const REFUSED: readonly (readonly [name: string, data: object])[] = [
  ['a date that is none', { instant: new Date(Number.NaN) }],
  ['a String', { label: Object('text') as unknown }],
  ['a field that there is not', { nope: new Money() }],
  ['a function', { label: () => 'text' }],
  ['a date for the row', new Date(0)],
  ['a list for the row', []],
];

/** What a whole row can be, or what is nested in it. The row's id is the customer's. */
const ROWS: readonly (readonly [name: string, row: object])[] = [
  ['an instance of a class with toJSON()', { toJSON: () => ({ id: 4, label: 'a', instant: new Date(0) }) }],
  ['an instance of a class', new Row()],
  ['an object with getters', Object.defineProperty({ id: 4 }, 'label', { enumerable: true, get: () => 'a' })],
  ['an object that inherits', Object.create({ id: 4, label: 'a' }) as object],
  ['an object with an id by toJSON()', { id: { toJSON: () => 4 } }],
  ['a nested write by toJSON()', { customer: { toJSON: () => ({ connect: { id: 4 } }) } }],
  [
    'a nested write in toJSON()',
    { toJSON: () => ({ customer: { create: { id: 9, name: new URL('https://example.com') } } }) },
  ],
  [
    'a nested write of values with prototypes',
    { customer: { create: { id: 9, name: new URL('https://example.com') } } },
  ],
  [
    'a nested write of a list that toJSON() gives',
    { customer: { create: { id: 9, name: 'a', orders: { create: { toJSON: () => [{ id: 19, amount: '1.5' }] } } } } },
  ],
];

/** Ordinary models that lead to stream tables store the same with the extension and without: a line of its own. */
export function storedValueCases({ orm, over }: ConformanceDriver<Native>, prisma: Prisma): void {
  const database = shopDatabase();
  const ends = comparing(database, prisma);
  const select = { id: true };

  describe(`${orm}, ${over}`, () => {
    describe('writes', () => {
      describe('what is written to an ordinary model that leads to a stream table is stored as without the guard', () => {
        it.each(VALUES)('%s as %s', async (_, column, value) => {
          const data = { [column]: value };
          const row = { id: 4, ...data };
          expect(await ends((db) => db.plainSamples.create({ data: row, select }))).toBe('stored');
          expect(await ends((db) => db.plainSamples.createMany({ data: [{ id: 5 }, row] }))).toBe('stored');
          expect(await ends((db) => db.plainSamples.update({ where: { id: 1 }, data, select }))).toBe('stored');
          expect(
            await ends((db) => db.plainSamples.upsert({ where: { id: 1 }, create: row, update: data, select })),
          ).toBe('stored');
          expect(
            await ends((db) => db.customer.update({ where: { id: 4 }, data: { plain: { create: data } }, select })),
          ).toBe('stored');
        });

        it.each(ROWS)('%s', async (_, data) => {
          expect(await ends((db) => db.plainSamples.create({ data, select }))).toBe('stored');
        });

        it('a calculation', async () => {
          const data = { big: { increment: { toJSON: () => 1 } } };
          expect(await ends((db) => db.plainSamples.update({ where: { id: 1 }, data, select }))).toBe('stored');
        });

        it.each(REFUSED)('and not %s, which Prisma refuses', async (_, data) => {
          expect(await ends((db) => db.plainSamples.update({ where: { id: 1 }, data, select }))).toBe('refused');
        });

        it('what Prisma finds a row by', async () => {
          const label = new URL('https://example.com');
          expect(
            await ends(async (db) => {
              await db.plainSamples.create({ data: { id: 4, label }, select });
              const { count } = (await db.plainSamples.updateMany({ where: { label }, data: { big: 1 } })) as {
                count: number;
              };
              expect(count).toBe(1);
            }),
          ).toBe('stored');
        });
      });
    });
  });
}

type End = 'stored' | 'refused';
type Write = (db: Db) => PromiseLike<unknown>;

/** Compares what a write leaves in the database, or the sentence that it fails with, for a guarded client and a bare one. */
function comparing(database: TestDatabase, prisma: Prisma) {
  let opened: Opened | undefined;
  afterAll(() => opened?.close());
  return async (write: Write): Promise<End | { guarded: string; bare: string }> => {
    const { db } = (opened ??= prisma.newClient(database.url, []));
    const [end, bare] = await endOf(db, write);
    const [, guarded] = await endOf(db.$extends(prisma.streamTables()), write);
    return guarded === bare ? end : { guarded, bare };
  };
}

const STORED = `SELECT json_build_array(
  (SELECT json_agg(s ORDER BY id) FROM public.samples s),
  (SELECT json_agg(c ORDER BY id) FROM public.customers c),
  (SELECT json_agg(o ORDER BY id) FROM public.orders o))::text AS stored`;

async function endOf(db: Db, write: Write): Promise<[End, string]> {
  const rollback = new Error('as it was');
  let stored: unknown;
  const end = await db
    .$transaction(async (tx) => {
      await write(tx);
      stored = await tx.$queryRawUnsafe(STORED);
      throw rollback;
    })
    .catch((error: unknown) => error);
  return end === rollback ? ['stored', JSON.stringify(stored)] : ['refused', sentenceOf(end)];
}

/** Without the place of the call. */
function sentenceOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message.split('\n').at(-1)}` : String(error);
}
