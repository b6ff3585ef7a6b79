import { apply, plan } from '@pgstream/core/definitions';
import { fromPg } from '@pgstream/core/pg';
import { testDatabase } from '@pgstream/harness';
import { join } from 'node:path';
import { Pool } from 'pg';
import { describe, expect, it, onTestFinished } from 'vitest';
import { externalTables, streamTableDefinitions } from '../../src/config.ts';
import { folderOf } from './folder.ts';

const MODELS = `
model Customer {
  id     Int          @id
  region String
  totals OrderTotals?

  @@map("customers")
}

enum Size {
  SMALL
  LARGE
}

/// What each customer has ordered.
/// @streamTable(query: "sql/order_totals.sql", schedule: "5m")
view OrderTotals {
  customerId Int       @unique @map("customer_id") @db.Integer
  customer   Customer  @relation(fields: [customerId], references: [id])
  total      Decimal?  @db.Decimal(12, 2)
  size       Size? // of the largest
  lastAt     DateTime? @map(name: "last_at") @db.Timestamptz(6)
  tags       String[]  @db.Text
  note       Unsupported("tsvector")?

  @@map("order_totals")
}
`;

const MORE = `
/// @streamTable(schema: "analytics", name: "by_region", query: "by_region.sql", refreshMode: "FULL", view: "regions")
model ByRegion {
  rowId  BigInt @id @ignore @map("__pgs_row_id")
  region String
  n      BigInt
}

/// @streamTable
view WithoutQuery {
  id Int
}
`;

const TOTALS = `SELECT o.customer_id, sum(o.amount) AS total, NULL::text AS size, max(o.placed_at) AS last_at,
  array_agg(DISTINCT o.tag) AS tags, NULL::tsvector AS note
FROM public.orders o
GROUP BY o.customer_id`;

const BY_REGION = 'SELECT region, count(*) AS n FROM public.customers GROUP BY region';

describe('streamTableDefinitions()', () => {
  const files = {
    'models/a.prisma': MODELS,
    'models/sql/order_totals.sql': `${TOTALS};\n`,
    'models/more/b.prisma': MORE,
    'models/more/by_region.sql': BY_REGION,
  };

  it('gives what plan() takes: queries from files beside those of the schema, columns and their types', async () => {
    const folder = await folderOf(files);
    const definitions = streamTableDefinitions({ schema: join(folder, 'models') });
    expect(definitions).toStrictEqual([
      {
        name: { schema: 'public', name: 'order_totals' },
        query: TOTALS,
        schedule: '5m',
        refreshMode: undefined,
        view: undefined,
        columns: [
          { name: 'customer_id', type: 'integer' },
          { name: 'total', type: 'numeric' },
          { name: 'size' },
          { name: 'last_at', type: 'timestamp with time zone' },
          { name: 'tags', type: 'text[]' },
          { name: 'note' },
        ],
        source: expect.stringMatching(/models.a\.prisma$/) as string,
      },
      {
        name: { schema: 'analytics', name: 'by_region' },
        query: BY_REGION,
        schedule: undefined,
        refreshMode: 'FULL',
        view: 'regions',
        columns: [{ name: 'region' }, { name: 'n' }],
        source: expect.stringMatching(/b\.prisma$/) as string,
      },
    ]);
    expect(externalTables({ schema: join(folder, 'models') }).toSorted()).toEqual([
      'analytics.by_region',
      'public.WithoutQuery',
      'public.order_totals',
    ]);
  });

  it('puts names without a schema into the default one', async () => {
    const folder = await folderOf(files);
    const schema = join(folder, 'models/a.prisma');
    expect(streamTableDefinitions({ schema, defaultSchema: 'shop' })).toMatchObject([{ name: { schema: 'shop' } }]);
  });

  it.each([
    ['a file that is not there', { 'a.prisma': MODELS }, /"OrderTotals" names the file .*order_totals\.sql .*ENOENT/],
    [
      'a schedule without a query',
      { 'a.prisma': '/// @streamTable(schedule: "5m")\nview A {\n  id Int\n}' },
      /"A" has \/\/\/ @streamTable with a schedule and no query/,
    ],
    ['a folder without a schema', { 'a.txt': '' }, /There is no file \*\.prisma/],
  ])('refuses %s', async (_what, given, message) => {
    const schema = await folderOf(given);
    expect(() => streamTableDefinitions({ schema })).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(message) as string }),
    );
  });

  describe('on a database', () => {
    const database = testDatabase();

    it('makes stream tables with the columns of the models', async () => {
      const admin = await database.connect();
      await admin.query(`CREATE SCHEMA analytics; CREATE TABLE public.customers (id int PRIMARY KEY, region text NOT NULL);
CREATE TABLE public.orders (id int PRIMARY KEY, customer_id int NOT NULL, amount numeric, placed_at timestamptz, tag text);
INSERT INTO public.orders VALUES (1, 1, 5, now(), 'a'), (2, 1, 7, now(), 'b')`);
      const pool = new Pool({ connectionString: database.url });
      onTestFinished(() => pool.end());
      const executor = fromPg(pool);
      const definitions = streamTableDefinitions({ schema: join(await folderOf(files), 'models') });
      await apply(executor, await plan(executor, definitions));
      expect(await plan(executor, definitions)).toMatchObject({ changes: 0 });
      const { rows } = await admin.query('SELECT customer_id, total::int, tags FROM public.order_totals');
      expect(rows).toStrictEqual([{ customer_id: 1, total: 12, tags: ['a', 'b'] }]);
    });
  });
});
