import { PrismaPg } from '@prisma/adapter-pg';
import type { Client } from 'pg';

import { measureInterleaved } from './interleaved.ts';
import { generatePrisma } from './prisma-client.ts';

const rowCount = 1_000;

/** The same rows, in an ordinary table and in a stream table. */
const MODELS = `
model Plain {
  customerId Int       @id @map("customer_id")
  name       String?
  total      Decimal?
  latest     DateTime? @db.Timestamptz

  @@map("prisma_plain")
}

/// @streamTable
view Totals {
  customerId Int       @unique @map("customer_id")
  name       String?
  total      Decimal?
  latest     DateTime? @db.Timestamptz

  @@map("prisma_totals")
}`;

/** What Prisma's clients have in common, as far as they are measured. */
interface Db {
  readonly plain: Reads;
  readonly totals: Reads;
  $queryRaw(text: TemplateStringsArray, ...values: readonly unknown[]): PromiseLike<readonly unknown[]>;
  $extends(extension: object): Db;
  $disconnect(): Promise<void>;
}

interface Reads {
  findMany(args?: object): PromiseLike<readonly unknown[]>;
}

/** What one client takes for one read, beside the others. */
export interface PrismaMeasurement {
  readonly name: string;
  readonly medianMs: number;
  /** To a client without any extension. */
  readonly toBare: number;
  /** To a client with an extension that does nothing. */
  readonly toEmpty: number;
  readonly rounds: number;
}

/** `findMany` by a client without an extension, by one with an empty extension, and by one with ours. */
export async function measurePrisma(client: Client, url: string, rounds: number): Promise<PrismaMeasurement[]> {
  await fill(client);
  await using generated = await generatePrisma('reads', MODELS);
  const { PrismaClient } = await generated.load<{ PrismaClient: new (options: object) => Db }>('client/client.ts');
  const { streamTables } = await generated.load<{ streamTables: () => object }>('pgstream/index.ts');
  const bare = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 1 }) });
  const clients = { bare, empty: bare.$extends({}), ours: bare.$extends(streamTables()) };
  try {
    return [
      ...(await compare('one row of a table', rounds * 2, clients, oneOf('plain'))),
      ...(await compare('one row of a stream table', rounds * 2, clients, oneOf('totals'))),
      ...(await compare(
        'SQL text',
        rounds * 2,
        clients,
        (db) => db.$queryRaw`SELECT * FROM prisma_plain WHERE customer_id = ${7}`,
      )),
      ...(await compare(`${rowCount} rows of a table`, rounds / 2, clients, ({ plain }) => plain.findMany())),
      ...(await compare(`${rowCount} rows of a stream table`, rounds / 2, clients, ({ totals }) => totals.findMany())),
    ];
  } finally {
    await bare.$disconnect();
  }
}

type Read = (db: Db) => PromiseLike<readonly unknown[]>;

function oneOf(model: 'plain' | 'totals'): Read {
  let serial = 0;
  return (db) => db[model].findMany({ where: { customerId: (serial = (serial % rowCount) + 1) } });
}

async function compare(
  name: string,
  rounds: number,
  clients: Readonly<Record<'bare' | 'empty' | 'ours', Db>>,
  read: Read,
): Promise<PrismaMeasurement[]> {
  const cases = Object.entries(clients).map(([which, db]) => ({ name: which, run: async () => await read(db) }));
  const measured = await measureInterleaved(cases, rounds);
  const [bareMs = Number.NaN, emptyMs = Number.NaN] = measured.map(({ medianMs }) => medianMs);
  return measured.map(({ name: which, medianMs, rounds: taken }) => ({
    name: `${name}: ${CLIENTS[which as keyof typeof clients]}`,
    medianMs,
    toBare: medianMs / bareMs,
    toEmpty: medianMs / emptyMs,
    rounds: taken,
  }));
}

const CLIENTS = { bare: 'no extension', empty: '$extends({})', ours: 'streamTables()' };

async function fill(client: Client): Promise<void> {
  await client.query(`
    CREATE TABLE prisma_orders (id integer PRIMARY KEY, customer_id integer, amount numeric, at timestamptz);
    INSERT INTO prisma_orders SELECT n, 1 + n % ${rowCount}, n, now() FROM generate_series(1, 5 * ${rowCount}) AS n;
    SELECT pgstream.create_stream_table('public.prisma_totals', schedule => '5m', refresh_mode => 'FULL', query =>
      'SELECT customer_id, max(''customer '' || customer_id) AS name, sum(amount) AS total, max(at) AS latest
         FROM public.prisma_orders GROUP BY customer_id');
    CREATE INDEX ON prisma_totals (customer_id);
    CREATE TABLE prisma_plain (customer_id integer PRIMARY KEY, name text, total numeric, latest timestamptz);
    INSERT INTO prisma_plain SELECT customer_id, name, total, latest FROM prisma_totals;
    ANALYZE prisma_plain, prisma_totals`);
}
