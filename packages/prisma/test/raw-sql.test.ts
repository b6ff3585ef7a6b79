import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { pgStream } from '../src/index.ts';
import { open, Prisma, type PrismaClient, shopDatabase, streamTables } from './shop/index.ts';

const database = shopDatabase();
const { client, sent } = open(database.url);
const prisma = client.$extends(streamTables()) as unknown as PrismaClient;
const unhandled = vi.fn<(error: unknown) => void>();
const refusing = (operation: string, table = 'order_totals', schema = 'public'): unknown =>
  expect.objectContaining({ name: 'StreamTableReadOnlyError', code: 'READ_ONLY', operation, table, schema });

beforeEach(async () => {
  process.on('unhandledRejection', unhandled);
  await client.$queryRawUnsafe('SELECT 1');
  sent.length = 0;
});

afterEach(async () => {
  // Unhandled rejections are told of after the microtasks.
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
  process.off('unhandledRejection', unhandled);
  const [error] = unhandled.mock.lastCall ?? [];
  unhandled.mockClear();
  if (error !== undefined) throw new Error('a rejection was not handled', { cause: error });
});

/** SQL with its values as another library makes it: what it says are getters of its class. */
class ForeignSql {
  readonly #text: string;
  readonly values: readonly unknown[];

  constructor(text: string, values: readonly unknown[] = []) {
    this.#text = text;
    this.values = values;
  }

  get sql(): string {
    return this.#text.replaceAll(/\$\d/g, '?');
  }

  get text(): string {
    return this.#text;
  }
}

/** The same, which says another text each time that it is asked. */
class Changing extends ForeignSql {
  #asked = 0;

  override get text(): string {
    this.#asked += 1;
    return this.#asked > 1 ? 'DELETE FROM order_totals' : 'SELECT 1 AS one';
  }
}

const statement = 'DELETE FROM order_totals WHERE customer_id = 1';

describe('SQL text that writes a stream table is refused, and nothing is sent', () => {
  it.each<[string, (db: PrismaClient) => PromiseLike<unknown>]>([
    ['$executeRaw', (db) => db.$executeRaw`DELETE FROM order_totals WHERE customer_id = ${1}`],
    ['$queryRaw', (db) => db.$queryRaw`DELETE FROM order_totals WHERE customer_id = ${1} RETURNING *`],
    ['$executeRawUnsafe', (db) => db.$executeRawUnsafe('DELETE FROM order_totals WHERE customer_id = $1', 1)],
    ['$queryRawUnsafe', (db) => db.$queryRawUnsafe('DELETE FROM order_totals WHERE customer_id = $1', 1)],
    ['Prisma.sql in Prisma.sql', (db) => db.$executeRaw(Prisma.sql`DELETE FROM ${Prisma.raw('order_totals')}`)],
    [
      'Prisma.join',
      (db) => db.$queryRaw`WITH a AS (DELETE FROM order_totals WHERE id IN (${Prisma.join([1, 2])})) SELECT`,
    ],
    ['SQL of another library', (db) => db.$queryRaw(new ForeignSql(statement) as unknown as Prisma.Sql)],
  ])('%s', async (_call, send) => {
    await expect(send(prisma)).rejects.toEqual(refusing('delete'));
    expect(sent).toEqual([]);
  });

  it('in a batch, of which nothing is done', async () => {
    const note = prisma.note.update({ where: { id: 1 }, data: { text: 'changed' } });
    const batch = prisma.$transaction([note, prisma.$executeRaw`TRUNCATE order_totals`, prisma.note.count()]);
    await expect(batch).rejects.toEqual(refusing('truncate'));
    expect(sent).toEqual([]);
    expect(await client.note.findMany()).toEqual([{ id: 1, text: 'first' }]);
  });

  it('in an interactive transaction, which stays usable', async () => {
    const notes = await prisma.$transaction(async (tx) => {
      await expect(tx.$executeRaw`DROP TABLE analytics.region_totals`).rejects.toEqual(
        refusing('drop table', 'region_totals', 'analytics'),
      );
      return await tx.note.count();
    });
    expect(notes).toBe(1);
  });

  it('by an extension that was applied before and changes the text', async () => {
    const turning = client
      .$extends({ query: { $queryRawUnsafe: ({ query }) => query([statement]) } })
      .$extends(streamTables()) as unknown as PrismaClient;
    await expect(turning.$queryRawUnsafe('SELECT 1')).rejects.toEqual(refusing('delete'));
    expect(sent).toEqual([]);
  });

  it('without the generator', async () => {
    const named = client.$extends(pgStream({ models: ['OrderTotals'] })) as unknown as PrismaClient;
    await expect(named.$executeRaw`DELETE FROM order_totals`).rejects.toEqual(refusing('delete'));
  });
});

it('what is sent is what was looked at, whatever an object says later', async () => {
  const rows = await prisma.$queryRaw(new Changing('') as unknown as Prisma.Sql);
  expect(rows).toEqual([{ one: 1 }]);
  expect(sent).toEqual(['SELECT 1 AS one']);
});

it.each<[string, unknown]>([
  ['a String object', Object('DELETE FROM order_totals')],
  ['a text by toJSON()', { toJSON: () => 'DELETE FROM order_totals' }],
  ['a text by toJSON() of toJSON()', { toJSON: () => ({ toJSON: () => 'DELETE FROM order_totals' }) }],
  ['a list', ['DELETE FROM order_totals']],
])('%s in the place of a text changes nothing', async (_what, text) => {
  for (const send of [
    () => prisma.$executeRawUnsafe(text as string),
    () => prisma.$queryRaw(Prisma.raw(text as string)),
    () => prisma.$queryRaw({ text, sql: text, values: [] } as never),
  ]) {
    await expect(send()).rejects.toBeInstanceOf(Error);
  }
  expect(await client.orderTotals.count()).toBeGreaterThan(0);
});

describe('everything else is sent as it was without the extension', () => {
  const values = [1, 10n, 'text', 1.5, true, null, new Date(0), Buffer.from([1, 2]), { a: 1 }, [1, 2]];

  it.each<[string, (db: PrismaClient) => PromiseLike<unknown>]>([
    ['$queryRaw', (db) => db.$queryRaw`SELECT ${1}::int AS n, ${new Date(0)}::timestamptz AS at FROM order_totals`],
    ['$queryRawUnsafe', (db) => db.$queryRawUnsafe('SELECT $1::int AS n, $2::text AS t FROM order_totals', 1, 'x')],
    ['values of every kind', (db) => db.$queryRawUnsafe(kinds, ...values)],
    ['values that are not plain', (db) => db.$queryRawUnsafe('SELECT $1::text AS url', new URL('http://a/b'))],
    ['decimals', (db) => db.$queryRaw`SELECT ${new Prisma.Decimal('1.50')}::numeric AS d`],
    [
      'SQL of another library',
      (db) => db.$queryRaw(new ForeignSql('SELECT $1::int AS n', [7]) as unknown as Prisma.Sql),
    ],
    ['$executeRaw', (db) => db.$executeRaw`UPDATE notes SET text = text WHERE id IN (SELECT id FROM notes)`],
    ['an error', (db) => db.$queryRaw`SELECT nothing FROM order_totals`],
    ['no statement', (db) => db.$queryRawUnsafe('')],
    ['what is no template', (db) => db.$queryRaw('SELECT 1' as never)],
    ['no text', (db) => db.$queryRawUnsafe(undefined as never)],
  ])('%s', async (_what, send) => {
    const without = await outcomeOf(send(client));
    const texts = sent.splice(0);
    expect(await outcomeOf(send(prisma))).toEqual(without);
    expect(sent).toEqual(texts);
  });

  const kinds = `SELECT ${values.map((_, index) => `$${index + 1}${index === 5 ? '::text' : ''} AS v${index}`).join(', ')}`;
});

async function outcomeOf(sending: PromiseLike<unknown>): Promise<unknown> {
  try {
    return await sending;
  } catch (error) {
    const { name, code, meta } = error as { name: string; code?: unknown; meta?: { driverAdapterError?: unknown } };
    return { name, code, cause: (meta?.driverAdapterError as { cause?: unknown } | undefined)?.cause };
  }
}

describe('a name without a schema', () => {
  it.each([
    [{}, 'order_totals', 'notes'],
    [{ searchPath: ['analytics'] }, 'region_totals', 'order_totals'],
    [{ searchPath: ['analytics', 'public'] }, 'order_totals', 'notes'],
  ])('with %j', async (options, refused, passed) => {
    const db = client.$extends(streamTables(options)) as unknown as PrismaClient;
    await expect(db.$executeRawUnsafe(`TRUNCATE ${refused}`)).rejects.toMatchObject({ code: 'READ_ONLY' });
    expect(sent).toEqual([]);
    const text = `UPDATE ${passed} SET ctid = ctid WHERE false`;
    await db.$executeRawUnsafe(text).catch(() => {});
    expect(sent).toEqual([text]);
  });
});
