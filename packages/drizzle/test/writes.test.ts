import { isPgStreamError, StreamTableReadOnlyError } from '@pgstream/core';
import { DrizzleQueryError, sql } from 'drizzle-orm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { guardStreamTables } from '../src/index.ts';
import { type Db, DRIVERS, type Opened, shopDatabase } from './shop/index.ts';
import { BUILDER_WRITES, RAW_WRITES, type WriteCase } from './write-cases.ts';

const database = shopDatabase();

/** Every row of the stream tables with the hidden columns, as another connection sees them. */
async function rowsOfStreamTables(): Promise<unknown> {
  const client = await database.connect();
  const { rows } = await client.query(`
    SELECT to_jsonb(t) AS row FROM public.order_totals t
    UNION ALL SELECT to_jsonb(t) FROM public.sample_rows t ORDER BY row`);
  expect(rows).toHaveLength(4);
  return rows;
}

/** What ended a call, whether it threw or rejected; fails the test when nothing did. */
async function errorOf(write: () => unknown): Promise<unknown> {
  try {
    await write();
  } catch (error) {
    return error;
  }
  return expect.fail('the write was not refused');
}

/** Whether Drizzle asks the columns of a stream table, which refuse, when it builds this. */
function isAsked({ operation, asksNothing = false }: WriteCase): boolean {
  return (operation === 'insert' || operation === 'update') && !asksNothing;
}

/** What was sent, but for the opening and closing of transactions. */
function statements({ sent }: Opened<Db>): string[] {
  return sent.filter((text) => !/^(begin|commit|rollback|savepoint|release)\b/.test(text));
}

describe.each(DRIVERS)('$driver', ({ open }) => {
  let opened: Opened<Db>;
  let before: unknown;

  beforeEach(async () => {
    opened = open(database.url);
    before = await rowsOfStreamTables();
    // What a driver sends when it connects is not what the test asks about.
    await opened.db.execute(sql`select 1`);
    opened.sent.length = 0;
  });

  afterEach(async () => {
    await opened.close();
  });

  describe('on a guarded db', () => {
    it.each(BUILDER_WRITES)(
      '$name is refused with the table and the operation, and nothing is sent',
      async ({ operation, write, table = 'order_totals' }) => {
        const error = await errorOf(() => write(guardStreamTables(opened.db)));

        expect(error).toBeInstanceOf(StreamTableReadOnlyError);
        expect(error).toMatchObject({
          code: 'READ_ONLY',
          operation,
          schema: 'public',
          table,
        });
        expect(statements(opened)).toEqual([]);
        expect(await rowsOfStreamTables()).toEqual(before);
      },
    );

    it.each(RAW_WRITES.filter(({ operation }) => operation !== undefined))(
      'SQL text "$name" is refused with the table and the operation, and nothing is sent',
      async ({ operation, write }) => {
        const error = await errorOf(() => write(guardStreamTables(opened.db)));
        expect(error).toMatchObject({ code: 'READ_ONLY', operation, schema: 'public', table: 'order_totals' });
        expect(statements(opened)).toEqual([]);
        expect(await rowsOfStreamTables()).toEqual(before);
      },
    );

    it.each(RAW_WRITES.filter(({ operation }) => operation === undefined))(
      'SQL text "$name" is refused by PostgreSQL',
      async ({ write }) => {
        expect(await errorOf(() => write(guardStreamTables(opened.db)))).toBeInstanceOf(DrizzleQueryError);
        expect(await rowsOfStreamTables()).toEqual(before);
      },
    );
  });

  describe('on a db without a guard', () => {
    it.each(BUILDER_WRITES.filter(isAsked))(
      '$name is refused with the table and the operation, and nothing is sent',
      async ({ operation, firstPart = operation, write, table = 'order_totals' }) => {
        const error = await errorOf(() => write(opened.db));

        expect(error).toBeInstanceOf(StreamTableReadOnlyError);
        expect(error).toMatchObject({ code: 'READ_ONLY', operation: firstPart, schema: 'public', table });
        expect(statements(opened)).toEqual([]);
        expect(await rowsOfStreamTables()).toEqual(before);
      },
    );

    it.each(BUILDER_WRITES.filter((write) => !write.onlyBuilds && !isAsked(write)))(
      '$name fails in PostgreSQL and changes no row',
      async ({ write }) => {
        const error = await errorOf(() => write(opened.db));

        expect(isPgStreamError(error)).toBe(false);
        // PostgreSQL has seen it: the count of the guarded db is a count.
        expect(statements(opened)).toHaveLength(1);
        expect(await rowsOfStreamTables()).toEqual(before);
      },
    );

    it.each(RAW_WRITES)('SQL text "$name" is refused by PostgreSQL', async ({ write }) => {
      expect(await errorOf(() => write(opened.db))).toBeInstanceOf(DrizzleQueryError);
      expect(await rowsOfStreamTables()).toEqual(before);
    });
  });
});
