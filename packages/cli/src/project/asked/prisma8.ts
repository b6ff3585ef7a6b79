import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Answer, Question } from '../protocol.ts';
import { query } from './connection.ts';
import type { Loader } from './load.ts';

/** What is used of a configuration of Prisma 8's. */
interface OrmConfig {
  readonly family: unknown;
  readonly target: unknown;
  readonly adapter: unknown;
  readonly driver?: object;
  readonly extensions?: unknown;
  readonly contract?: { readonly output?: string };
  readonly migrations?: { readonly dir?: string };
}

interface ControlApi {
  readonly createControlClient: (options: object) => {
    dbUpdate(options: { readonly contract: unknown; readonly mode: 'plan'; readonly migrationsDir: string }): Promise<
      | { readonly ok: false; readonly failure: { readonly summary?: string; readonly why?: string } }
      | {
          readonly ok: true;
          readonly value: {
            readonly plan: { readonly preview?: { readonly statements: readonly { text: string }[] } };
          };
        }
    >;
  };
}

/** What installs Prisma 8 in a project. */
const INSTALLED = '@prisma/orm-postgres/config';

/** What `prisma db update` would do, by the plan that it makes first, for the contract that was emitted last. */
export async function askPrisma8({ folder, file }: Question, loader: Loader): Promise<Answer> {
  const exported = (await loader.file(file))['default'] as (OrmConfig & { readonly orm?: OrmConfig }) | undefined;
  const config = exported?.orm ?? exported;
  if (config?.driver === undefined) throw new Error('it is no configuration of Prisma 8 with a database.');
  const { family, target, adapter, driver, extensions, contract, migrations } = config;
  const { createControlClient } = await controlApi(loader);
  const client = createControlClient({
    family,
    target,
    adapter,
    extensions,
    driver: { ...driver, create: () => Promise.resolve(new AskingDriver()) },
    connection: 'postgres://',
  });
  const updated = await client.dbUpdate({
    contract: await emitted(resolve(dirname(file), contract?.output ?? '.')),
    mode: 'plan',
    migrationsDir: resolve(folder, migrations?.dir ?? 'migrations'),
  });
  if (!updated.ok) throw new Error(updated.failure.why ?? updated.failure.summary ?? 'its plan failed.');
  return { statements: (updated.value.plan.preview?.statements ?? []).map(({ text }) => text), models: [] };
}

/** What Prisma 8 itself depends on, and the project need not. */
async function controlApi(loader: Loader): Promise<ControlApi> {
  const { resolve: resolved } = createRequire(loader.resolve(INSTALLED));
  return (await import(pathToFileURL(resolved('@prisma/orm-toolchain/cli/control-api')).href)) as ControlApi;
}

async function emitted(output: string): Promise<unknown> {
  const path = extname(output) === '.json' ? output : join(output, 'contract.json');
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new Error(`there is no contract yet: "prisma contract emit" makes ${path}.`, { cause: error });
  }
}

/** The driver that Prisma's commands have. */
class AskingDriver {
  readonly familyId = 'sql';
  readonly targetId = 'postgres';

  query(text: string, params?: readonly unknown[]): ReturnType<typeof query> {
    return query(text, params);
  }

  async databaseName(): Promise<unknown> {
    return (await this.query('SELECT pg_catalog.current_database() AS name')).rows[0]?.['name'];
  }

  async close(): Promise<void> {}
}
