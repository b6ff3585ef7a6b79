import { execFile } from 'node:child_process';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { extension, testDatabase } from '@pgstream/harness';
import pg from 'pg';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ask } from '../../src/project/ask.ts';
import { runner } from '../run.ts';
import { shop } from '../shop.ts';
import { project } from './project.ts';

// Each starts a tool.
vi.setConfig({ testTimeout: 180_000 });

const database = testDatabase();
shop(database);
const run = runner(() => database.url);

interface Finding {
  readonly code: string;
  readonly severity: string;
  readonly streamTable: { readonly schema: string; readonly name: string } | null;
  readonly message: string;
  readonly cure: string;
}

/** What is found about a project, and nothing else. */
async function found(folder: string, ...args: readonly string[]): Promise<Finding[]> {
  const { out, err } = await run('doctor', '--json', '--project', folder, ...args);
  expect(err).toBe('');
  const { findings } = JSON.parse(out) as { findings: Finding[] };
  return findings.filter(({ code }) => /^(?:ORM|MODEL)_/.test(code));
}

const DRIZZLE_CONFIG = `
  import { defineConfig } from 'drizzle-kit';
  export default defineConfig({ dialect: 'postgresql', schema: './src/*.ts', dbCredentials: { url: 'postgres://a:secret@nowhere/shop' } });`;
const DRIZZLE_SCHEMA = `
  import { integer, numeric, pgTable, serial } from 'drizzle-orm/pg-core';
  export const orders = pgTable('orders', { id: serial().primaryKey(), customerId: integer('customer_id').notNull(), amount: numeric().notNull() });
  export const notes = pgTable('notes', { id: integer().primaryKey() });`;
const SAFE_CONFIG = `
  import { streamTablesConfig } from '@pgstream/drizzle/kit';
  import { defineConfig } from 'drizzle-kit';
  import * as schema from './src/schema';
  export default defineConfig({ dialect: 'postgresql', schema: './src', ...streamTablesConfig(schema) });`;
const declared = (columns: string): string => `${DRIZZLE_SCHEMA}
  import { pgStreamTable } from '@pgstream/drizzle';
  export const orderTotals = pgStreamTable('order_totals', { ${columns} });`;

describe.each(['drizzle-kit 0.31', 'drizzle-kit 1.0'] as const)('%s', (kind) => {
  test('would drop what the schema does not have: named with the statement, and the cure', async () => {
    const folder = await project(kind, { 'drizzle.config.ts': DRIZZLE_CONFIG, 'src/schema.ts': DRIZZLE_SCHEMA });
    const findings = await found(folder);
    const drop = findings.find(({ streamTable }) => streamTable?.name === 'order_totals');
    expect(drop).toMatchObject({
      code: 'ORM_WOULD_DROP',
      severity: 'error',
      message: expect.stringMatching(/^drizzle-kit push would drop order_totals: DROP TABLE "order_totals"/),
      cure: expect.stringContaining('streamTablesConfig(schema)'),
    });
    expect(new Set(findings.map(({ streamTable }) => streamTable?.name ?? null))).toEqual(
      // 1.0 looks into every schema.
      new Set(kind === 'drizzle-kit 1.0' ? ['order_totals', 'visits', null] : ['order_totals']),
    );
    const client = await database.connect();
    expect((await client.query('SELECT FROM public.order_totals')).rowCount).toBeGreaterThan(0);
    expect((await client.query("SELECT to_regclass('public.notes') AS made")).rows).toEqual([{ made: null }]);
  });

  test('leaves them alone with streamTablesConfig(), and the models are right', async () => {
    const schema = declared("customerId: integer('customer_id'), total: numeric()");
    const folder = await project(kind, { 'drizzle.config.ts': SAFE_CONFIG, 'src/schema.ts': schema });
    expect(await found(folder)).toEqual([]);
  });

  test('has models that the stream table is not: a column too many, another type', async () => {
    const schema = declared("customerId: serial('customer_id'), total: integer(), mean: numeric()");
    const folder = await project(kind, { 'drizzle.config.ts': SAFE_CONFIG, 'src/schema.ts': schema });
    expect((await found(folder)).map(({ severity, message }) => [severity, message])).toEqual([
      [
        'error',
        'A model of order_totals has the column "mean", which the stream table has not: what reads it fails (42703).',
      ],
      ['warn', 'A model of order_totals says that its column "total" is integer; it is numeric.'],
    ]);
  });
});

test('what people see', async () => {
  const schema = declared('sum: integer()');
  const folder = await project('drizzle-kit 0.31', { 'drizzle.config.ts': DRIZZLE_CONFIG, 'src/schema.ts': schema });
  const { code, out } = await run('doctor', '--project', folder);
  expect(code).toBe(5);
  const shown = out.split('\n\n').filter((finding) => /^\w+ +(?:ORM|MODEL)/.test(finding));
  expect(shown.join('\n\n')).toMatchInlineSnapshot(`
    "error  ORM_WOULD_DROP  drizzle-kit push would drop order_totals: DROP TABLE "order_totals" CASCADE;
           Spread streamTablesConfig(schema) of @pgstream/drizzle/kit into drizzle.config, with the stream tables declared in the schema; or give them a schema of their own that schemaFilter does not name.

    error  MODEL_DIFFERS  A model of order_totals has the column "sum", which the stream table has not: what reads it fails (42703).
           Write the model anew from the database: pgstream generate shows it."
  `);
});

describe('drizzle-kit', () => {
  test.each([
    ['there is no configuration', {}, 'there is no drizzle.config'],
    [
      'another dialect',
      { 'drizzle.config.ts': "export default { dialect: 'mysql', schema: 'x' }" },
      'its dialect is mysql',
    ],
    [
      'no schema',
      { 'drizzle.config.ts': "export default { dialect: 'postgresql', schema: './*.sql' }" },
      'there is no file',
    ],
    [
      'its code fails',
      { 'drizzle.config.ts': "throw new Error('no postgres://a:secret@nowhere/shop here')" },
      'no (a URL) here',
    ],
    ['its code ends the process', { 'drizzle.config.ts': 'process.exit(0)' }, 'ended without an answer'],
  ])('is not asked, and that is said: %s', async (_, files, why) => {
    const findings = await found(await project('drizzle-kit 0.31', files));
    expect(findings).toMatchObject([
      { code: 'ORM_NOT_ASKED', severity: 'info', message: expect.stringContaining(why) },
    ]);
    expect(JSON.stringify(findings)).not.toContain('secret');
  });
});

const IMPORTS = `
  import 'reflect-metadata';
  import { StreamTable, StreamTableEntity } from '@pgstream/typeorm';
  import { Column, DataSource, Entity, PrimaryColumn } from 'typeorm';`;
const dataSource = (entities: string): string =>
  `new DataSource({ type: 'postgres', url: 'postgres://a:secret@nowhere/shop', entities: [${entities}], synchronize: true });`;

describe('TypeORM', () => {
  test('would alter a plain entity: hidden columns and their index', async () => {
    const source = `${IMPORTS}
      @Entity('order_totals')
      export class OrderTotals { @PrimaryColumn({ name: 'customer_id' }) customerId!: number; @Column('numeric') total!: string; }
      export default ${dataSource('OrderTotals')}`;
    const findings = await found(await project('typeorm', { 'src/data-source.ts': source }));
    expect(findings.map(({ code, severity, streamTable }) => [code, severity, streamTable?.name])).toEqual(
      findings.map(() => ['ORM_WOULD_ALTER', 'error', 'order_totals']),
    );
    const statements = findings.map(({ message }) => message.replace(/^.*?: /, ''));
    expect(statements).toContain(`ALTER TABLE "order_totals" DROP COLUMN "${extension.hiddenPrefix}row_id"`);
    expect(statements.filter((statement) => statement.startsWith('DROP INDEX'))).not.toEqual([]);
  });

  test('leaves stream entities alone, which are found by patterns, and compares them', async () => {
    const folder = await project('typeorm', {
      'src/entities.ts': `${IMPORTS}
        @StreamTable('order_totals')
        export class OrderTotals extends StreamTableEntity { @Column('int') total!: string; @Column('text') note!: string; }
        @StreamTable({ schema: 'analytics', name: 'visits' })
        export class Visits extends StreamTableEntity { @Column('text') page!: string; @Column('bigint') n!: string; }`,
      'other.ts': `${IMPORTS} export const it = ${dataSource("__dirname + '/src/*.ts'")}`,
    });
    expect(await found(folder)).toMatchObject([
      { code: 'ORM_NOT_ASKED', message: expect.stringContaining('--data-source src/data-source.ts') },
    ]);
    const findings = await found(folder, '--data-source', 'other.ts');
    expect(findings.map(({ code, message }) => [code, message])).toEqual([
      ['MODEL_DIFFERS', expect.stringContaining('"note", which the stream table has not')],
      ['MODEL_DIFFERS', expect.stringContaining('"total" is integer; it is numeric')],
    ]);
  });
});

const PRISMA_CONFIG = `
  import { defineConfig } from 'prisma/config';
  export default defineConfig({ schema: 'prisma/schema.prisma', datasource: { url: 'postgres://a:secret@nowhere/shop' } });`;
const PRISMA_SCHEMA = `
datasource db {
  provider = "postgresql"
  URL
}
model Order {
  id Int @id
  @@map("orders")
}
`;

/** What answers "prisma migrate diff" in the place of Prisma's engine, which is downloaded and not to be had everywhere. */
const ENGINE = (printed: string): string => `#!${process.execPath}
  const say = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { id, method } = JSON.parse(line);
    if (method !== 'diff') return;
    say({ id: 99, method: 'print', params: { content: ${JSON.stringify(printed)} } });
    say({ id, result: { exitCode: 0, stdout: null } });
  });`;

const prismaFiles = (kind: 'prisma 6' | 'prisma 7'): Record<string, string> => ({
  ...(kind === 'prisma 7' && { 'prisma.config.ts': PRISMA_CONFIG }),
  'prisma/schema.prisma': PRISMA_SCHEMA.replace(
    'URL',
    kind === 'prisma 6' ? 'url = "postgres://a:secret@nowhere/shop"' : '',
  ),
});

describe.each(['prisma 6', 'prisma 7'] as const)('%s', (kind) => {
  test('would drop what its command prints (the engine is not its own)', async () => {
    const script =
      '-- DropTable\nDROP TABLE "public"."order_totals";\n\n-- AlterTable\nALTER TABLE "orders" DROP COLUMN "amount";\n';
    const folder = await project(kind, { ...prismaFiles(kind), 'engine.cjs': ENGINE(script) });
    await chmod(join(folder, 'engine.cjs'), 0o755);
    vi.stubEnv('PRISMA_SCHEMA_ENGINE_BINARY', join(folder, 'engine.cjs'));
    // Prisma 6 wants to have that as well, which nothing here uses.
    vi.stubEnv('PRISMA_QUERY_ENGINE_LIBRARY', join(folder, 'engine.cjs'));
    expect(await found(folder)).toMatchObject([
      {
        code: 'ORM_WOULD_DROP',
        streamTable: { schema: 'public', name: 'order_totals' },
        message: 'prisma migrate would drop order_totals: DROP TABLE "public"."order_totals"',
        cure: expect.stringContaining('externalTables({ schema })'),
      },
    ]);
  });
});

describe('prisma', () => {
  test('is not asked, and that is said: there is no engine', async () => {
    const folder = await project('prisma 7', prismaFiles('prisma 7'));
    vi.stubEnv('PRISMA_SCHEMA_ENGINE_BINARY', join(folder, 'nowhere'));
    const findings = await found(folder);
    expect(findings).toMatchObject([
      {
        code: 'ORM_NOT_ASKED',
        severity: 'info',
        message: expect.stringContaining('PRISMA_SCHEMA_ENGINE_BINARY is provided'),
      },
    ]);
    expect(JSON.stringify(findings)).not.toContain('secret');
  });

  test('is not asked, and that is said: it prints nothing (the engine is not its own)', async () => {
    const folder = await project('prisma 7', { ...prismaFiles('prisma 7'), 'engine.cjs': ENGINE('') });
    await chmod(join(folder, 'engine.cjs'), 0o755);
    vi.stubEnv('PRISMA_SCHEMA_ENGINE_BINARY', join(folder, 'engine.cjs'));
    expect(await found(folder)).toMatchObject([
      { code: 'ORM_NOT_ASKED', message: expect.stringContaining('has printed nothing') },
    ]);
  });
});

const PRISMA8_CONFIG = `
  import { definePrismaConfig } from '@prisma/cli-engine';
  import { defineConfig } from '@prisma/orm-postgres/config';
  export default definePrismaConfig({ orm: defineConfig({ contract: './contract.prisma', output: './src' }) });`;
const contractOf = (model: string): string => `// use prisma-8
namespace public {
  model Order {
    id         Int     @id @default(autoincrement())
    customerId Int     @map("customer_id")
    amount     Numeric
    @@map("orders")
  }
${model}
}
`;

/** A project whose contract was emitted. */
async function emitted(contract: string): Promise<string> {
  const files = { 'prisma.config.ts': PRISMA8_CONFIG, 'contract.prisma': contract, 'src/index.ts': '' };
  const folder = await project('prisma 8', files);
  const emit = join(import.meta.dirname, '../../../prisma8/test/emit.mjs');
  const args = [emit, folder, join(folder, 'contract.prisma'), 'src'];
  await promisify(execFile)(process.execPath, args, { cwd: join(import.meta.dirname, '../../../prisma8') });
  return folder;
}

describe('prisma 8', () => {
  test('would drop what the contract has not', async () => {
    expect(await found(await emitted(contractOf('')))).toMatchObject([
      {
        code: 'ORM_WOULD_DROP',
        streamTable: { schema: 'public', name: 'order_totals' },
        message: 'prisma db update would drop order_totals: DROP TABLE "public"."order_totals"',
        cure: expect.stringContaining('@@control(observed)'),
      },
    ]);
  });

  test('leaves alone what is observed', async () => {
    const observed = `  model OrderTotals {
    customerId Int?     @map("customer_id")
    total      Numeric?
    @@map("order_totals")
    @@control(observed)
  }`;
    expect(await found(await emitted(contractOf(observed)))).toEqual([]);
  });

  test('is not asked, and that is said: the contract was not emitted', async () => {
    const folder = await project('prisma 8', { 'prisma.config.ts': PRISMA8_CONFIG, 'contract.prisma': contractOf('') });
    expect(await found(folder)).toMatchObject([
      { code: 'ORM_NOT_ASKED', message: expect.stringContaining('there is no contract yet: "prisma contract emit"') },
    ]);
  });
});

/** In the place of a DataSource: what it says that it would do is what became of writing. */
const WRITER = (write: string): string => `
  class Writer {
    options; entityMetadatas = [];
    constructor(options) { this.options = options; }
    async initialize() {}
    driver = { normalizeType: () => '', createSchemaBuilder: () => ({ log: async () => {
      const client = await new Promise((resolve) => new this.options.driver.Pool().connect((error, it) => resolve(it)));
      const query = await (${write}).then(() => 'done', (error) => error.code ?? error.message);
      return { upQueries: [{ query }] };
    } }) };
  }
  module.exports = { dataSource: new Writer({ type: 'postgres' }) };`;

async function asked(source: string, limitMs?: number) {
  const pool = new pg.Pool({ connectionString: database.url, max: 2 });
  onTestFinished(() => pool.end());
  const folder = await project('typeorm', { 'data-source.cjs': source });
  return ask(pool, { orm: 'typeorm', folder, file: join(folder, 'data-source.cjs') }, limitMs);
}

describe('a tool that is asked', () => {
  test.each([
    ['by what it is given', "client.query('DELETE FROM public.orders')", '25006'],
    ['by making the transaction another', "client.query('SET TRANSACTION READ WRITE')", '25001'],
    ['by ending it', "client.query('COMMIT')", 'The transaction that it reads in is not its own.'],
    ['by ending it on the way', "client.query('SELECT 1; COMMIT; DELETE FROM public.orders')", '42601'],
    [
      'by ending it in another way',
      "client.query('/* */ COMMIT').then(() => client.query('DELETE FROM public.orders'))",
      '25006',
    ],
    [
      'by a connection of its own',
      `(async () => {
        const { Client } = require('pg');
        const own = new Client(process.env.DOCTOR_TEST_URL);
        await own.connect();
        await own.query('DELETE FROM public.orders').finally(() => own.end());
      })()`,
      '25006',
    ],
  ])('cannot write: %s', async (_, write, refused) => {
    vi.stubEnv('DOCTOR_TEST_URL', database.url);
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await asked(WRITER(write))).toEqual({ statements: [refused], models: [] });
  });

  test('is ended when its time is over', async () => {
    expect(await asked('setInterval(() => {}, 1000); module.exports = new Promise(() => {});', 500)).toEqual({
      failed: 'it took longer than 0.5 s.',
    });
  });
});

test('where nobody is there to be asked, that is said; without a package.json it is a mistake', async () => {
  const folder = await project('typeorm', { 'package.json': '{}' });
  expect(await found(folder)).toMatchObject([{ code: 'ORM_NOT_FOUND', severity: 'info' }]);
  const { code, err } = await run('doctor', '--project', join(folder, 'nowhere'));
  expect(code).toBe(2);
  expect(err).toContain('--project names the folder');
});
