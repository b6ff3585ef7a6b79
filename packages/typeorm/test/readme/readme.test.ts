import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { asModule, blocksOf, compilerErrors, testDatabase } from '@pgstream/harness';
import type { INestApplicationContext } from '@nestjs/common';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';

// A compiler runs in it.
vi.setConfig({ testTimeout: 120_000 });

const PACKAGE = join(import.meta.dirname, '../..');

/** What the README leaves out of its examples, by where it comes from. */
const IMPORTS = {
  typeorm: ['DataSource'],
  '@pgstream/core': ['createPgStream', 'readOnlyRoleSql'],
  '@pgstream/core/definitions': ['apply', 'plan', 'planText'],
  '@pgstream/typeorm': [
    'fromTypeORM',
    'protectStreamTables',
    'streamRepository',
    'streamTableDefinitions',
    'StreamTableReadOnlyError',
  ],
  './entities': ['Customer', 'Order', 'OrderTotals'],
  './data-source': ['dataSource'],
  './order-totals-schema': ['OrderTotalsSchema'],
};

/** An entity of the kind that has no class. */
const ORDER_TOTALS_SCHEMA = `import { EntitySchema } from 'typeorm';
export const OrderTotalsSchema = new EntitySchema({
  name: 'OrderTotals',
  tableName: 'order_totals',
  columns: { customerId: { type: 'int', name: 'customer_id', primary: true } },
});`;

/** A module of Nest. */
// oxlint-disable-next-line typescript/no-extraneous-class -- that is a class
class Root {}

const database = testDatabase();
// Without "Try it", which stands for itself: test/packaging runs that in an empty folder.
const blocks = blocksOf(new URL('../../README.md', import.meta.url)).filter(({ section }) => section !== 'Try it');
const files = blocks.filter(({ file }) => file !== undefined);
const examples = blocks
  .filter(({ language, file }) => language === 'ts' && file === undefined)
  .map(({ code }, index) => ({
    name: `example-${index + 1}.ts`,
    // What an example opens beside the DataSource of the README is closed after it, and by nobody else.
    code: `${asModule(code, IMPORTS)}${code.includes('const other =') ? 'export { other };' : ''}`,
    text: code,
  }));

const ENTRIES = { '@pgstream/typeorm': 'src/index.ts', '@pgstream/typeorm/nestjs': 'src/nestjs.ts' };

/** What an example has left for its reader to initialise. */
const opened: DataSource[] = [];

let folder: string;
const load = (name: string): Promise<Record<string, unknown>> => import(join(folder, name));

beforeAll(async () => {
  const client = await database.connect();
  await client.query(`
    CREATE SCHEMA analytics;
    CREATE TABLE public.customers (id integer PRIMARY KEY, region text NOT NULL);
    CREATE TABLE public.orders (id integer PRIMARY KEY, customer_id integer NOT NULL, amount numeric(12,2) NOT NULL);
    INSERT INTO public.customers VALUES (1, 'north'), (7, 'south');
    INSERT INTO public.orders VALUES (1, 1, 100), (2, 1, 5.5), (3, 7, 7.25);
    SELECT pgstream.create_stream_table(name => 'analytics.region_totals', schedule => '1h', refresh_mode => 'FULL',
      query => 'SELECT c.region, sum(o.amount) AS total, ''{"top": []}''::jsonb AS tags FROM public.orders o JOIN public.customers c ON c.id = o.customer_id GROUP BY c.region')`);
  for (const { code } of blocks.filter(({ language }) => language === 'sql')) await client.query(code);
  vi.stubEnv('DATABASE_URL', database.url);
  folder = await mkdtemp(join(import.meta.dirname, 'run-'));
  for (const { file = '', code } of files) await writeFile(join(folder, file), code);
  for (const { name, code } of examples) await writeFile(join(folder, name), code);
  await writeFile(join(folder, 'order-totals-schema.ts'), ORDER_TOTALS_SCHEMA);
});

afterAll(async () => {
  const { dataSource } = (await load('data-source.ts')) as { dataSource: DataSource };
  await dataSource.destroy();
  await rm(folder, { recursive: true });
});

describe('the README', () => {
  it('has blocks of languages that are tested here, and no other', () => {
    expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['sh', 'ts', 'sql']));
    expect(files.map(({ file }) => file)).toEqual([
      'entities.ts',
      'data-source.ts',
      'accounts.ts',
      'region-totals.ts',
      'customer-orders.ts',
      'pgstream.definitions.ts',
      'reports.ts',
      'orders.ts',
      'stream-tables.health.ts',
    ]);
    expect(examples.length).toBeGreaterThan(5);
  });

  it('installs the package, core, and its peers', async () => {
    const manifest = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8')) as {
      name: string;
      peerDependencies: Record<string, string>;
      peerDependenciesMeta: Record<string, { optional: boolean }>;
    };
    const peers = Object.keys(manifest.peerDependencies).filter(
      (peer) => !manifest.peerDependenciesMeta[peer]?.optional,
    );
    const install = blocks.find(({ language }) => language === 'sh');
    expect(install?.code).toBe(`npm install ${[manifest.name, '@pgstream/core', ...peers, 'pg'].join(' ')}\n`);
  });

  it('compiles', async () => {
    expect(await compilerErrors(folder, PACKAGE, ENTRIES)).toBe('');
  });

  // `nest new` has "module": "nodenext" and no "type": "module", so that files are CommonJS.
  it('compiles in a project of NestJS, its files as they are and its examples in functions', async () => {
    const nest = join(folder, 'nest');
    await mkdir(nest);
    await writeFile(join(nest, 'package.json'), '{}');
    for (const { file = '', code } of files) await writeFile(join(nest, file), code);
    await writeFile(join(nest, 'order-totals-schema.ts'), ORDER_TOTALS_SCHEMA);
    for (const { name, text } of examples) {
      await writeFile(join(nest, name), asModule(`export async function example() {\n${text}\n}`, IMPORTS));
    }
    const settings = {
      module: 'nodenext',
      moduleResolution: 'nodenext',
      emitDecoratorMetadata: true,
      declaration: true,
    };
    expect(await compilerErrors(nest, PACKAGE, ENTRIES, settings)).toBe('');
  });

  it.each(examples)('runs $name: $text', async ({ name, text }) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    onTestFinished(() => log.mockRestore());
    const { other } = (await load(name)) as { other?: DataSource };
    if (other) opened.push(other);
    // What a comment of the block says that it prints.
    const said = log.mock.calls.map((values) => values.join(' '));
    const [, promised] = /console\.log\(.*?\); \/\/ (.*)/.exec(text) ?? [];
    expect(said.length > 0).toBe(text.includes('console.log('));
    expect(said.join('\n')).toContain(promised ?? '');
  });

  it('protects the DataSource that it says it protects', async () => {
    const [other] = opened;
    await other!.initialize();
    onTestFinished(() => other!.destroy());
    await expect(other!.getRepository('OrderTotals').clear()).rejects.toMatchObject({ code: 'READ_ONLY' });
  });

  it('defines a stream table without decorators', async () => {
    const { RegionTotals } = (await load('region-totals.ts')) as {
      RegionTotals: (new () => object) & { find(): Promise<unknown[]> };
    };
    const { openDataSource } = await import('../shop/index.ts');
    await openDataSource(database.url, { entities: [RegionTotals] });
    expect(await RegionTotals.find()).toContainEqual({ region: 'south', total: '7.25', tags: { top: [] } });
  });

  it('has relations one to one', async () => {
    const { Account, AccountTotals } = (await load('accounts.ts')) as Record<string, new () => object>;
    const { openDataSource } = await import('../shop/index.ts');
    const { manager } = await openDataSource(database.url, { entities: [Account!, AccountTotals!] });
    const found = await manager.find(Account!, { where: { id: 1 } as never, relations: { totals: true } });
    expect(found).toMatchObject([{ id: 1, totals: { id: 1 } }]);
  });

  it('injects repositories into an application of NestJS', async () => {
    const { NestFactory } = await import('@nestjs/core');
    const { TypeOrmModule } = await import('@nestjs/typeorm');
    const { HealthIndicatorService, TerminusModule } = await import('@nestjs/terminus');
    const { StreamTablesModule } = await import('@pgstream/typeorm/nestjs');
    const { Reports, ReportsModule } = (await load('reports.ts')) as { Reports: never; ReportsModule: never };
    const { Orders } = (await load('orders.ts')) as { Orders: new (...args: never[]) => object };
    const { StreamTablesHealth } = (await load('stream-tables.health.ts')) as {
      StreamTablesHealth: new (...args: never[]) => object;
    };
    // What a compiler writes of constructors' types, and Vite does not.
    Reflect.defineMetadata('design:paramtypes', [HealthIndicatorService, Object], StreamTablesHealth);
    const { Customer, Order, OrderTotals } = (await load('entities.ts')) as Record<string, new () => object>;
    const root = TypeOrmModule.forRoot({
      type: 'postgres',
      url: database.url,
      entities: [Customer!, Order!, OrderTotals!],
    });
    const application: INestApplicationContext = await NestFactory.createApplicationContext(
      {
        module: Root,
        imports: [root, ReportsModule, TerminusModule, StreamTablesModule.forFeature([OrderTotals! as never])],
        providers: [Orders, StreamTablesHealth],
      },
      { logger: false },
    );
    onTestFinished(() => application.close());
    const best = await application.get<{ best(): Promise<{ customerId: number }[]> }>(Reports).best();
    expect(best.map(({ customerId }) => customerId)).toEqual([1, 7]);

    const orders: { replace(order: object): Promise<{ total: string }> } = application.get(Orders);
    expect(await orders.replace({ id: 6, customerId: 7, amount: '2.25' })).toMatchObject({ customerId: 7 });
    type Indicator = { check(key: string): Promise<{ streamTables: { status: string; findings: object[] } }> };
    const indicator: Indicator = application.get(StreamTablesHealth);
    const { streamTables } = await indicator.check('streamTables');
    expect(streamTables.status).toBe('up');
    // As pg_trickle leaves it where sources rest.
    const admin = await database.connect();
    await admin.query(`UPDATE pgstream.pgs_stream_tables SET data_timestamp = data_timestamp - interval '15 min'`);
    expect((await indicator.check('streamTables')).streamTables.status).toBe('up');
    await admin.query(
      `UPDATE pgstream.pgs_stream_tables SET last_refresh_at = now() - interval '1 h' WHERE pgs_name = 'order_totals'`,
    );
    expect(await indicator.check('streamTables')).toMatchObject({
      streamTables: {
        status: 'down',
        findings: [{ code: 'STALE', streamTable: { name: 'order_totals' } }, ...streamTables.findings],
      },
    });
  });
});
