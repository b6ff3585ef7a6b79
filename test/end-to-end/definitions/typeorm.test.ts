import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { apply, plan } from '@pgstream/core/definitions';
import { inlineParameters } from '@pgstream/core/statement';
import { cleanUpLater, freshDatabase } from '@pgstream/harness';
import { fromTypeORM, streamTableDefinitions } from '@pgstream/typeorm';
import { DataSource, type EntitySchema, type MigrationInterface } from 'typeorm';
import { expect, it, onTestFinished } from 'vitest';
import { definitionsScenario, type Migrator, type Tool, type Version, VERSIONS } from './scenario.ts';
import { MODELS } from './typeorm-models.ts';

async function openDataSource(
  url: string,
  entities: Readonly<Record<string, EntitySchema | Function>>,
  migrations: Function[] = [],
): Promise<DataSource> {
  const dataSource = new DataSource({
    type: 'postgres',
    url,
    entities: Object.values(entities),
    migrations,
    extra: { max: 2 },
  });
  await dataSource.initialize();
  cleanUpLater(async () => {
    if (dataSource.isInitialized) await dataSource.destroy();
  });
  return dataSource;
}

async function open(url: string): Promise<Tool & { readonly migrator: Migrator }> {
  const sources = new Map<Version, DataSource>();
  for (const version of VERSIONS) sources.set(version, await openDataSource(url, MODELS[version]));
  const of = (version: Version): DataSource => sources.get(version) as DataSource;
  // Where TypeORM keeps the text of views: runMigrations() makes it before all else.
  await of(1).runMigrations();
  return {
    executor: fromTypeORM(of(1)),
    definitions: (version) => streamTableDefinitions(of(version)),
    async changes(_from, to) {
      const { upQueries, downQueries } = await of(to).driver.createSchemaBuilder().log();
      const textOf = ({ query, parameters = [] }: (typeof upQueries)[number]) => inlineParameters(query, parameters);
      return { up: upQueries.map(textOf), down: downQueries.toReversed().map(textOf) };
    },
    async wouldDo(version) {
      const { upQueries } = await of(version).driver.createSchemaBuilder().log();
      return { 'schema:log': upQueries.map(({ query }) => query) };
    },
    async rows(version) {
      const { OrderTotals, BigSpenders } = MODELS[version];
      const [totals, big] = [of(version).getRepository(OrderTotals), of(version).getRepository(BigSpenders)];
      return { totals: await totals.find(), big: await big.find() };
    },
    async refresh(version) {
      const { OrderTotals, BigSpenders } = MODELS[version];
      await OrderTotals.refresh({ on: of(version) });
      await BigSpenders.refresh({ on: of(version) });
    },
    migrator: await migratorFor(url),
  };
}

async function migratorFor(url: string): Promise<Migrator> {
  const folder = await mkdtemp(join(import.meta.dirname, 'run-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const migrations: Function[] = [];
  const migrate = async (work: (dataSource: DataSource) => Promise<unknown>): Promise<void> => {
    const dataSource = await openDataSource(url, MODELS[3], migrations);
    await work(dataSource);
    await dataSource.destroy();
  };
  return {
    format: 'typeorm',
    async write(version, { up, down }) {
      const name = `Tables${Date.UTC(2026, 0, 1) + Number(version.slice(8)) * 1000}`;
      migrations.push(
        {
          [name]: class implements MigrationInterface {
            up = async (runner: Parameters<MigrationInterface['up']>[0]) => {
              for (const statement of up) await runner.query(statement);
            };
            down = async (runner: Parameters<MigrationInterface['down']>[0]) => {
              for (const statement of down) await runner.query(statement);
            };
          },
        }[name] as Function,
      );
    },
    async add(_version, files) {
      for (const { path, text } of files) {
        await writeFile(join(folder, path), text);
        migrations.push(...Object.values((await import(join(folder, path))) as Record<string, Function>));
      }
    },
    up: () => migrate((dataSource) => dataSource.runMigrations()),
    down: () => migrate((dataSource) => dataSource.undoLastMigration()),
  };
}

definitionsScenario(open);

const COMMAND = createRequire(import.meta.url).resolve('typeorm/cli.js');

/** Whether `typeorm migration:generate` has nothing to write for the models of a version; else what it would. */
async function generated(version: Version, url: string): Promise<string> {
  const args = ['migration:generate', 'Changes', '--check', '-d', 'typeorm-data-source.ts'];
  const env = { ...process.env, DATABASE_URL: url, SHOP_VERSION: String(version) };
  return await promisify(execFile)(process.execPath, ['--import', 'tsx', COMMAND, ...args], {
    cwd: import.meta.dirname,
    env,
  }).then(
    ({ stdout }) => stdout,
    ({ code, stdout }: { code: unknown; stdout: string }) => `${String(code)} ${stdout}`,
  );
}

it('synchronize() and migration:generate find nothing to do when the stream tables are there', async () => {
  const url = await freshDatabase();
  const dataSource = await openDataSource(url, MODELS[3]);
  await dataSource.synchronize();
  const [executor, definitions] = [fromTypeORM(dataSource), streamTableDefinitions(dataSource)];
  await apply(executor, await plan(executor, definitions));
  await dataSource.synchronize();
  // Of a view that was made anew there would be a step.
  expect((await plan(executor, definitions)).steps).toStrictEqual([]);
  expect(await generated(3, url)).toContain('No changes in database schema were found');
  expect(await generated(1, url)).toMatch(/^1 .*Unexpected changes in database schema.*ADD "discount"/s);
});
