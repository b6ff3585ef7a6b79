import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { connect, extension, testDatabase } from '@pgstream/harness';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prismaGenerate } from '../conformance/prisma/prisma-generate.ts';
import { EVERYTHING, STREAM_TABLES } from './generate-scene.ts';

// It has no export of it.
const TSC = join(import.meta.dirname, '../../node_modules/typescript-7/bin/tsc');
const CLI = join(import.meta.dirname, '../../packages/cli/dist/cli.mjs');
const PRISMA = join(import.meta.dirname, '../conformance/prisma/v7.10');

const database = testDatabase();
const folders: string[] = [];

beforeAll(async () => {
  const client = await connect(database.url);
  await client.query(EVERYTHING);
  for (const [name, query] of Object.entries(STREAM_TABLES)) {
    await client.query(
      `SELECT ${extension.schema}.create_stream_table(name => $1, query => $2, schedule => '5m', refresh_mode => 'FULL')`,
      [name, query],
    );
  }
  await client.end();
});
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));

/** What a generated program gives: rows of all types, what the first should be, and two that should be alike. */
interface Ran {
  readonly rows: readonly [object, object];
  readonly expected: object;
  readonly totals: readonly [object, object];
}

/** A folder in which packages are found as in the folder around it. */
async function folderIn(around: string): Promise<string> {
  await mkdir(join(around, 'generated'), { recursive: true });
  const folder = await mkdtemp(join(around, 'generated', 'models-'));
  folders.push(folder);
  return folder;
}

async function generate(orm: string, out: string): Promise<string> {
  const args = [CLI, 'generate', '--orm', orm, '--out', out, '--url', database.url];
  await promisify(execFile)(process.execPath, args);
  return await readFile(out, 'utf8');
}

/** `pgstream generate --orm drizzle` with these, and what it leaves. */
function pgstream(...args: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((resolve) => {
    const all = [CLI, 'generate', '--orm', 'drizzle', ...args, '--url', database.url];
    execFile(process.execPath, all, (error, out, err) => resolve({ code: Number(error?.code ?? 0), out, err }));
  });
}

/** Compiles what was generated together with what uses it, and runs that. */
async function compileAndRun(folder: string, uses: string): Promise<Ran> {
  await writeFile(join(folder, 'uses.ts'), uses);
  await writeFile(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  const compilerOptions = {
    strict: true,
    experimentalDecorators: true,
    module: 'nodenext',
    target: 'es2022',
    outDir: 'out',
    rootDir: '.',
    skipLibCheck: true,
    types: ['node'],
    rewriteRelativeImportExtensions: true,
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['uses.ts'] }));
  const said = await promisify(execFile)(process.execPath, [TSC, '-p', folder]).then(
    () => '',
    ({ stdout }: { stdout: string }) => stdout,
  );
  expect(said).toBe('');
  const { run } = (await import(pathToFileURL(join(folder, 'out/uses.js')).href)) as {
    run: (url: string) => Promise<Ran>;
  };
  return await run(database.url);
}

/** What all three read alike. */
const ALIKE = `
  id: 1, cInt2: 2, cFloat4: 1.5, cFloat8: 2.5, cBool: true, cText: 'text', cVarchar: 'varchar', cChar: 'c',
  cUuid: '00000000-0000-0000-0000-000000000001', cInet: '10.0.0.1', cCidr: '10.0.0.0/8', cBit: '1', cVarbit: '101', cXml: '<a/>',
  cCitext: 'Citext', cOid: 26, cMood: 'so happy', cSize: 'XL', cPositive: 5, cLabels: ['x', 'y'], cInts: [1, 2], cTexts: ['a', 'b'],
  cMoods: ['sad', 'so happy'], cTimestamp: new Date('2026-01-02T03:04:05Z'), cTimestamptz: new Date('2026-01-02T03:04:05Z'),
  cInstants: [new Date('2026-01-02T03:04:05Z')], cJson: { a: 1 }, cJsonb: { b: [2] },
  oddName: 1, order: 2, column1st: 3, constructor2: 4, itS: 6, fooBar: 7, fooBar2: 8, column: 10,`;
/** And these what Drizzle and TypeORM do. */
const AS_TEXT = `
  cNumeric: '1.10', cDate: '2026-01-02', cTime: '01:02:03', cTimetz: '01:02:03+02', cMacaddr: '08:00:2b:01:02:03',
  cLine: '{1,2,3}', cLseg: '[(0,0),(1,1)]', cBox: '(1,1),(0,0)', cPath: '((0,0),(1,1))', cPolygon: '((0,0),(1,1),(1,0))',
  cCircle: { x: 1, y: 2, radius: 3 }, cTsvector: "'a':1", cMoney: '$1.50', cInt4range: '[1,5)', cNumrange: '[1.5,2)',
  cTstzrange: '["2026-01-01 00:00:00+00","2026-01-02 00:00:00+00")', cInt4multirange: '{[1,2)}', cPgLsn: '0/16B3748',
  cBytea: Buffer.from([1, 2]), aB: 5, größe: 9,`;

/** What one row has of everything: it is of the type that the models say, which the compiler sees, and it is what is read. */
const nulls = (row: object): unknown[] =>
  Object.entries(row).flatMap(([name, value]) => (name === 'id' || name === 'cInt2' ? [] : [value]));

describe('what is generated compiles, and reads every type as it says', () => {
  test('for Drizzle', async () => {
    const folder = await folderIn(import.meta.dirname);
    expect(await generate('drizzle', join(folder, 'models.ts'))).toMatchSnapshot();
    const { rows, expected, totals } = await compileAndRun(
      folder,
      `import { asc } from 'drizzle-orm';
       import { drizzle } from 'drizzle-orm/node-postgres';
       import { allTypes, orderTotals } from './models.ts';
       const expected: typeof allTypes.$inferSelect = { ${ALIKE} ${AS_TEXT}
         cInt8: 9007199254740993n, cBigints: [9007199254740993n], cInterval: '1 day 02:00:00', cPoint: [1, 2], cHstore: '"a"=>"1"' };
       const total: typeof orderTotals.$inferSelect = { customerId: 7, total: '10.50', orders: 2n };
       export async function run(url: string) {
         const db = drizzle(url);
         try {
           const rows = await db.select().from(allTypes).orderBy(asc(allTypes.id));
           return { rows, expected, totals: [await db.select().from(orderTotals), [total]] };
         } finally {
           await db.$client.end();
         }
       }`,
    );
    expect(rows[0]).toEqual(expected);
    expect(new Set(nulls(rows[1]))).toEqual(new Set([null]));
    expect(totals[0]).toEqual(totals[1]);
  });

  test('for TypeORM', async () => {
    const folder = await folderIn(import.meta.dirname);
    expect(await generate('typeorm', join(folder, 'models.ts'))).toMatchSnapshot();
    const { rows, expected, totals } = await compileAndRun(
      folder,
      `import { DataSource } from 'typeorm';
       import { AllTypes, ByDay, Joined, OrderTotals } from './models.ts';
       const expected: Omit<AllTypes, 'reload' | 'hasId'> = { ${ALIKE} ${AS_TEXT}
         cInt8: '9007199254740993', cBigints: ['9007199254740993'], cInterval: { days: 1, hours: 2 }, cPoint: { x: 1, y: 2 }, cHstore: '"a"=>"1"' };
       const total: Omit<OrderTotals, 'reload' | 'hasId'> = { customerId: 7, total: '10.50', orders: '2' };
       export async function run(url: string) {
         const entities = [AllTypes, ByDay, Joined, OrderTotals];
         const db = await new DataSource({ type: 'postgres', url, entities }).initialize();
         try {
           const rows = await AllTypes.find({ order: { id: 'ASC' } });
           return { rows, expected, totals: [await OrderTotals.find(), [total]] };
         } finally {
           await db.destroy();
         }
       }`,
    );
    expect(rows[0]).toEqual(expected);
    expect(new Set(nulls(rows[1]))).toEqual(new Set([null]));
    expect(totals[0]).toEqual(totals[1]);
  });

  test('for Prisma', async () => {
    const folder = await folderIn(PRISMA);
    const schema = join(folder, 'schema');
    await mkdir(schema);
    await writeFile(
      join(schema, 'schema.prisma'),
      `generator client {
         provider        = "prisma-client"
         output          = "../client"
         previewFeatures = ["views"]
       }
       generator pgstream {
         provider = "pgstream-prisma"
         output   = "../pgstream"
       }
       datasource db {
         provider = "postgresql"
         schemas  = ["public", "analytics"]
       }`,
    );
    expect(await generate('prisma', join(schema, 'stream-tables.prisma'))).toMatchSnapshot();
    await prismaGenerate(PRISMA, schema);
    const { rows, expected, totals } = await compileAndRun(
      folder,
      `import { PrismaPg } from '@prisma/adapter-pg';
       import { Prisma, PrismaClient } from './client/client.ts';
       import { streamTables } from './pgstream/index.ts';
       const expected: Prisma.AllTypesGetPayload<{}> = { ${ALIKE.replace("'so happy', cSize", "'soHappy', cSize").replace("['sad', 'so happy']", "['sad', 'soHappy']")}
         cNumeric: new Prisma.Decimal('1.1'), cDate: new Date('2026-01-02'), cTime: new Date('1970-01-01T01:02:03Z'),
         cTimetz: new Date('1970-01-01T01:02:03Z'), cMoney: new Prisma.Decimal('1.5'), cBytea: new Uint8Array([1, 2]), groe: 9,
         cInt8: 9007199254740993n, cBigints: [9007199254740993n] };
       const total: Prisma.OrderTotalsGetPayload<{}> = { customerId: 7, total: new Prisma.Decimal('10.5'), orders: 2n };
       export async function run(url: string) {
         const db = new PrismaClient({ adapter: new PrismaPg({ connectionString: url }) }).$extends(streamTables());
         try {
           const rows = await db.allTypes.findMany({ orderBy: { id: 'asc' } });
           return { rows, expected, totals: [[await db.orderTotals.findUnique({ where: { customerId: 7 } })], [total]] };
         } finally {
           await db.$disconnect();
         }
       }`,
    );
    expect(rows[0]).toEqual(expected);
    // A list is never null to it.
    expect(nulls(rows[1]).every((value) => value === null || (Array.isArray(value) && value.length === 0))).toBe(true);
    expect(totals[0]).toEqual(totals[1]);
  });
});

describe('what is generated', () => {
  test('is the same again, and --check says so; a change is shown, and is 9 for --check', async () => {
    const folder = await folderIn(import.meta.dirname);
    const out = join(folder, 'models.ts');
    const first = await generate('drizzle', out);
    const again = await pgstream('--out', out);
    expect(again).toEqual({ code: 0, out: `${out} is as it should be.\n`, err: '' });
    await writeFile(out, first.replace('total: numeric()', 'sum: numeric()'));
    const { code, out: printed, err } = await pgstream('--out', out, '--check');
    expect({ code, err }).toEqual({ code: 9, err: expect.stringContaining('Run the same without --check.') });
    expect(printed).toMatch(/^-  sum: numeric\(\),\n\+  total: numeric\(\),$/m);
    expect(await readFile(out, 'utf8')).not.toBe(first);
    expect((await pgstream('--out', out)).code).toBe(0);
    expect(await readFile(out, 'utf8')).toBe(first);
  });

  test('knows what it is told, by options', async () => {
    const { out } = await pgstream(
      'analytics.joined',
      '--key',
      'analytics.joined=id',
      '--not-null',
      'analytics.joined=c_int2',
    );
    expect(out).toContain('id: integer().notNull(),');
    expect(out).toContain("cInt2: smallint('c_int2').notNull(),");
  });

  test.each([
    [['--key', 'order_totals=nope'], 2, 'order_totals has no column "nope". It has customer_id, total, orders.'],
    [['nope'], 3, 'There is no stream table nope.'],
    [['--check'], 2, '--check compares with a file'],
    [['--dbt', '/nowhere'], 2, '--dbt is the target folder of a dbt project'],
  ])('%j ends with %i', async (args, code, said) => {
    const ran = await pgstream(...args);
    expect({ code: ran.code, out: ran.out }).toEqual({ code, out: '' });
    expect(ran.err).toContain(said);
  });
});
