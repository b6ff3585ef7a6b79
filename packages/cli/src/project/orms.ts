import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CliError, EXIT } from '../exit/index.ts';
import type { AskedOrm } from './protocol.ts';

/** An ORM that a project uses, and what there is to ask by. */
export interface ProjectOrm {
  readonly orm: AskedOrm;
  /** Its tool, as people call it. */
  readonly tool: string;
  /** Absolute; null where there is none. */
  readonly file: string | null;
  /** Why nobody can be asked without that file. */
  readonly missing: string;
  /** What keeps the tool off stream tables. */
  readonly cure: string;
}

const SCRIPTS = ['ts', 'mts', 'cts', 'js', 'mjs', 'cjs'];
const SOURCES = ['data-source', 'datasource', 'dataSource', 'typeorm.config', 'ormconfig'];
const FOLDERS = ['', 'src', 'src/db', 'src/database', 'src/config', 'db', 'database', 'config'];

/** The ORMs that a folder's package.json names. Throws where that cannot be read. */
export async function ormsOf(folder: string, dataSource: string | undefined): Promise<ProjectOrm[]> {
  const names = await dependenciesOf(folder);
  const found: ProjectOrm[] = [];
  if (names.has('drizzle-kit')) {
    found.push({
      orm: 'drizzle',
      tool: 'drizzle-kit push',
      file: firstOf(
        folder,
        [...SCRIPTS, 'json'].map((extension) => `drizzle.config.${extension}`),
      ),
      missing: 'there is no drizzle.config in the folder.',
      cure: 'Spread streamTablesConfig(schema) of @pgstream/drizzle/kit into drizzle.config, with the stream tables declared in the schema; or give them a schema of their own that schemaFilter does not name.',
    });
  }
  const prismaConfigs = SCRIPTS.map((extension) => `prisma.config.${extension}`);
  if (names.has('@prisma/orm-postgres')) {
    found.push({
      orm: 'prisma8',
      tool: 'prisma db update',
      file: firstOf(folder, prismaConfigs),
      missing: 'there is no prisma.config in the folder.',
      cure: 'Declare it in the contract with @@control(observed), as the README of @pgstream/prisma8 has it.',
    });
  } else if (names.has('prisma') || names.has('@prisma/client')) {
    found.push({
      orm: 'prisma',
      tool: 'prisma migrate',
      file: firstOf(folder, [...prismaConfigs, 'schema.prisma', 'prisma/schema.prisma']),
      missing: 'there is neither a prisma.config nor a schema.prisma in the folder.',
      cure: 'Name stream tables in prisma.config: tables: { external: externalTables({ schema }) } of @pgstream/prisma/config, with experimental: { externalTables: true }.',
    });
  }
  if (names.has('typeorm')) {
    const files = FOLDERS.flatMap((at) =>
      SOURCES.flatMap((name) => SCRIPTS.map((extension) => join(at, `${name}.${extension}`))),
    );
    found.push({
      orm: 'typeorm',
      tool: 'TypeORM (synchronize)',
      file: firstOf(folder, dataSource === undefined ? files : [dataSource]),
      missing: 'no file with its DataSource was found. Name it: --data-source src/data-source.ts.',
      cure: 'Declare it with @StreamTable() of @pgstream/typeorm, or with { synchronize: false } in @Entity().',
    });
  }
  return found;
}

async function dependenciesOf(folder: string): Promise<ReadonlySet<string>> {
  const file = join(folder, 'package.json');
  try {
    const { dependencies, devDependencies } = JSON.parse(await readFile(file, 'utf8')) as Record<string, object>;
    return new Set(Object.keys({ ...dependencies, ...devDependencies }));
  } catch (error) {
    throw new CliError(
      EXIT.usage,
      'INVALID_ARGUMENT',
      `${file} cannot be read. --project names the folder of a project, the one with its package.json.`,
      error,
    );
  }
}

function firstOf(folder: string, names: readonly string[]): string | null {
  return names.map((name) => resolve(folder, name)).find((path) => existsSync(path)) ?? null;
}
