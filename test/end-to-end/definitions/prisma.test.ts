import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { fromPrisma } from '@pgstream/prisma';
import { streamTableDefinitions } from '@pgstream/prisma/config';
import { cleanUpLater, extension } from '@pgstream/harness';
import { PrismaPg } from '@prisma/adapter-pg';
import { Client as Connection } from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { DISCOUNTED, FILES, VIEW } from './prisma-models.ts';
import { type Changes, definitionsScenario, type Migrator, type Tool, type Version, VERSIONS } from './scenario.ts';

const COMMAND = createRequire(import.meta.url).resolve('prisma/build/index.js');
const CONFIG = `import { externalTables } from '@pgstream/prisma/config';
import { defineConfig } from 'prisma/config';

const schema = 'schema.prisma';

export default defineConfig({
  schema,
  datasource: { url: process.env.DATABASE_URL ?? '' },
  migrations: { path: process.env.MIGRATIONS ?? 'migrations' },
  experimental: { externalTables: true },
  tables: { external: externalTables({ schema }) },
});
`;

/** What is used of the clients, whose types are generated: the delegates, with rows of whatever columns. */
interface Delegate {
  findMany(): Promise<object[]>;
  refresh(): Promise<unknown>;
}
interface Client {
  readonly orderTotals: Delegate;
  readonly bigSpenders: Delegate;
  $extends(extension: unknown): Client;
  $disconnect(): Promise<void>;
}

/** A checkout of each version, with what `prisma generate` makes there. */
let checkouts: string;
const schemaOf = (version: Version): string => join(checkouts, `v${version}`, 'schema.prisma');

beforeAll(async () => {
  checkouts = await mkdtemp(join(import.meta.dirname, 'run-'));
  await Promise.all(
    VERSIONS.map(async (version) => {
      const folder = join(checkouts, `v${version}`);
      await mkdir(folder);
      const files = Object.entries({ ...FILES[version], 'prisma.config.ts': CONFIG });
      await Promise.all(files.map(([name, text]) => writeFile(join(folder, name), text)));
      await prisma(folder, ['generate']);
    }),
  );
});
afterAll(() => rm(checkouts, { recursive: true }));

/** What a command of Prisma says, over the schema engine that npm has. */
async function prisma(
  folder: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<string> {
  const env = {
    ...process.env,
    ...environment,
    CHECKPOINT_DISABLE: '1',
    PATH: [join(import.meta.dirname, '../../node_modules/.bin'), process.env['PATH']].join(delimiter),
    PRISMA_HIDE_UPDATE_MESSAGE: '1',
    PRISMA_SCHEMA_ENGINE_BINARY: join(import.meta.dirname, 'prisma-schema-engine.mjs'),
  };
  const { stdout } = await promisify(execFile)(process.execPath, [COMMAND, ...args], { cwd: folder, env });
  return stdout;
}

async function open(url: string): Promise<Tool & { readonly migrator: Migrator }> {
  const migrations = await mkdtemp(join(checkouts, 'migrations-'));
  const command = (version: Version, ...args: readonly string[]): Promise<string> =>
    prisma(dirname(schemaOf(version)), args, { DATABASE_URL: url, MIGRATIONS: migrations });
  const clients = new Map<Version, Client>();
  for (const version of VERSIONS) clients.set(version, await clientOf(version, url));
  const of = (version: Version): Client => clients.get(version) as Client;
  return {
    executor: fromPrisma(of(1) as never),
    definitions: (version) => streamTableDefinitions({ schema: schemaOf(version) }),
    async changes(from): Promise<Changes> {
      const { table, view } = DISCOUNTED;
      if (from === 0) return { up: [table, view], down: ['DROP VIEW "paid_orders"', 'DROP TABLE "orders"'] };
      const column = '"discount" DECIMAL(12,2) NOT NULL DEFAULT 0';
      return {
        up: ['DROP VIEW "paid_orders"', 'ALTER TABLE "orders" DROP COLUMN "discount"', VIEW],
        down: ['DROP VIEW "paid_orders"', `ALTER TABLE "orders" ADD COLUMN ${column}`, view],
      };
    },
    async wouldDo(version) {
      const diff = async (...from: readonly string[]): Promise<readonly string[]> => {
        const script = await command(version, 'migrate', 'diff', ...from, '--to-schema', 'schema.prisma', '--script');
        return script
          .split(';')
          .map((statement) => statement.replaceAll(/^--.*$/gm, '').trim())
          .filter(Boolean);
      };
      return {
        'migrate diff, from the database': await diff('--from-config-datasource'),
        'migrate diff, from the migrations': await diff('--from-migrations', migrations),
      };
    },
    async rows(version) {
      const { orderTotals, bigSpenders } = of(version);
      return { totals: await orderTotals.findMany(), big: await bigSpenders.findMany() };
    },
    async refresh(version) {
      await of(version).orderTotals.refresh();
      await of(version).bigSpenders.refresh();
    },
    migrator: migratorIn(migrations, url, () => command(3, 'migrate', 'deploy')),
  };
}

async function clientOf(version: Version, url: string): Promise<Client> {
  const generated = join(checkouts, `v${version}`, 'generated');
  const { PrismaClient } = (await import(join(generated, 'client/client.ts'))) as {
    readonly PrismaClient: new (options: object) => Client;
  };
  const { streamTables } = (await import(join(generated, 'pgstream/index.ts'))) as {
    readonly streamTables: () => unknown;
  };
  const client = new PrismaClient({ adapter: new PrismaPg({ connectionString: url, max: 2 }) });
  cleanUpLater(() => client.$disconnect());
  return client.$extends(streamTables());
}

function migratorIn(folder: string, url: string, deploy: () => Promise<unknown>): Migrator {
  const downs: string[] = [];
  const add = async (name: string, up: string, down: string): Promise<void> => {
    if (downs.length === 0) await writeFile(join(folder, 'migration_lock.toml'), 'provider = "postgresql"\n');
    await mkdir(join(folder, name));
    await writeFile(join(folder, name, 'migration.sql'), up);
    downs.push(down);
  };
  return {
    format: 'prisma',
    write: (version, { up, down }) =>
      // The shadow database needs the extension, too.
      add(
        `${version}_tables`,
        [`CREATE EXTENSION IF NOT EXISTS ${extension.name}`, ...up].map((each) => `${each};\n`).join(''),
        down.join(';\n'),
      ),
    async add(version, files) {
      const text = (name: string): string => files.find(({ path }) => path.endsWith(name))?.text ?? '';
      await add(`${version}_stream_tables`, text('/migration.sql'), text('/down.sql'));
    },
    async up() {
      await deploy();
    },
    /** Prisma has none: the text is run, and the row of the migration deleted. */
    async down() {
      const client = new Connection(url);
      await client.connect();
      try {
        await client.query(`BEGIN; ${downs.pop()}`);
        await client.query(
          'DELETE FROM _prisma_migrations WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations)',
        );
        await client.query('COMMIT');
      } finally {
        await client.end();
      }
    },
  };
}

definitionsScenario(open, { asked: [3] });
