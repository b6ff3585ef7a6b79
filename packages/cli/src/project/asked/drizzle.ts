import { readdir, stat } from 'node:fs/promises';
import { join, matchesGlob, relative, resolve } from 'node:path';
import type { Answer, DeclaredModel, Question } from '../protocol.ts';
import { query } from './connection.ts';
import type { Loader } from './load.ts';

interface KitConfig {
  readonly dialect?: string;
  readonly schema?: string | readonly string[];
  readonly tablesFilter?: string | readonly string[];
  readonly schemaFilter?: string | readonly string[];
  readonly extensionsFilters?: readonly string[];
  readonly entities?: unknown;
  readonly migrations?: unknown;
}

type Exports = Readonly<Record<string, unknown>>;

/** What `push` would run, by the API of the drizzle-kit that the project has. */
export async function askDrizzle({ folder, file }: Question, loader: Loader): Promise<Answer> {
  const config = (await loader.file(file))['default'] as KitConfig | undefined;
  if (config?.schema === undefined) throw new Error('it names no schema.');
  if (config.dialect !== 'postgresql') throw new Error(`its dialect is ${config.dialect}, and not postgresql.`);
  const files = await filesOf(folder, listed(config.schema) ?? []);
  if (files.length === 0) throw new Error('there is no file of the schema that it names.');
  const exported: Record<string, unknown> = {};
  for (const each of files) Object.assign(exported, await loader.file(each));
  const statements = loader.has('drizzle-kit/api-postgres')
    ? await pushOf1(loader.installed('drizzle-kit/api-postgres') as Kit1, exported, config)
    : await pushOf031(loader.installed('drizzle-kit/api') as Kit031, exported, config);
  return { statements, models: modelsOf(exported) };
}

/** It takes whatever executes its queries. */
const DATABASE = {
  execute: async (sql: { toQuery?(config: object): { sql: string } }) =>
    query(sql.toQuery?.({ escapeName: String, escapeParam: String, escapeString: String, casing: {} }).sql ?? ''),
};

interface Kit031 {
  readonly pushSchema: (
    exported: Exports,
    db: typeof DATABASE,
    schemas?: readonly string[],
    tables?: readonly string[],
    extensions?: readonly string[],
  ) => Promise<{ readonly statementsToExecute: readonly string[] }>;
}

async function pushOf031({ pushSchema }: Kit031, exported: Exports, config: KitConfig): Promise<readonly string[]> {
  answerByFirstChoice();
  const { statementsToExecute } = await pushSchema(
    exported,
    DATABASE,
    listed(config.schemaFilter),
    listed(config.tablesFilter),
    config.extensionsFilters,
  );
  return statementsToExecute;
}

/**
 * It asks whether what is new was called otherwise before, on a terminal and nowhere else. The first of its choices is
 * that it was not.
 */
function answerByFirstChoice(): void {
  Object.assign(process.stdin, { isTTY: true, setRawMode: () => process.stdin });
  Object.assign(process.stdout, { isTTY: true });
  process.stdin.on('newListener', (event, listener: (text: undefined, key: { readonly name: string }) => void) => {
    if (event === 'keypress') setImmediate(listener, undefined, { name: 'return' });
  });
}

interface Hint {
  readonly type: string;
  readonly kind: string;
  readonly entity: unknown;
}

interface Kit1 {
  readonly pushSchema: (
    exported: Exports,
    db: typeof DATABASE,
    entities: object,
    migrations: unknown,
    options: { readonly hints: readonly Hint[] },
  ) => Promise<{ readonly sqlStatements: readonly string[] }>;
}

/** It asks by an error that lists what it does not know. */
async function pushOf1({ pushSchema }: Kit1, exported: Exports, config: KitConfig): Promise<readonly string[]> {
  const entities = {
    tables: listed(config.tablesFilter),
    schemas: listed(config.schemaFilter),
    extensions: config.extensionsFilters ?? [],
    entities: config.entities,
  };
  const hints: Hint[] = [];
  for (;;) {
    try {
      return (await pushSchema(exported, DATABASE, entities, config.migrations, { hints })).sqlStatements;
    } catch (error) {
      const { missingHints = [] } = error as { readonly missingHints?: readonly Hint[] };
      if (missingHints.length === 0) throw error;
      hints.push(
        ...missingHints.map(({ type, kind, entity }) => ({
          type: type === 'rename_or_create' ? 'create' : type,
          kind,
          entity,
        })),
      );
    }
  }
}

function listed(value: string | readonly string[] | undefined): readonly string[] | undefined {
  return typeof value === 'string' ? [value] : value;
}

/** The files that the patterns name, and all of the folders that they name. */
async function filesOf(folder: string, patterns: readonly string[]): Promise<string[]> {
  const found = new Set<string>();
  for (const pattern of patterns) {
    const path = resolve(folder, pattern);
    const kind = await stat(path).catch(() => undefined);
    if (kind?.isFile() === true) found.add(path);
    else if (kind?.isDirectory() === true) for (const file of await filesBelow(path)) found.add(file);
    else {
      const glob = relative(folder, path);
      for (const file of await filesBelow(folder)) if (matchesGlob(relative(folder, file), glob)) found.add(file);
    }
  }
  return [...found];
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const found = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesBelow(path);
      return /(?<!\.d)\.[cm]?[jt]s$/.test(entry.name) ? [path] : [];
    }),
  );
  return found.flat();
}

/** Where @pgstream/drizzle and Drizzle keep what a table is, whichever copy of them made it. */
const IDENTITY = Symbol.for('@pgstream/drizzle.identity');
const [NAME, SCHEMA, COLUMNS, VIEW] = ['Name', 'Schema', 'Columns', 'ViewBaseConfig'].map((key) =>
  Symbol.for(`drizzle:${key}`),
) as [symbol, symbol, symbol, symbol];

interface ViewConfig {
  readonly name: string;
  readonly schema?: string;
  readonly selectedFields: object;
}

function modelsOf(exported: Exports): DeclaredModel[] {
  return Object.values(exported).flatMap((value): DeclaredModel[] => {
    if (typeof value !== 'object' || value === null) return [];
    const given = value as Readonly<Record<symbol, unknown>> & { readonly _?: { readonly selectedFields?: object } };
    const identity = given[IDENTITY] as { schema: string; name: string } | undefined;
    const view = given[VIEW] as ViewConfig | undefined;
    if (identity !== undefined) return [{ ...identity, columns: columnsOf(given._?.selectedFields ?? {}) }];
    if (view !== undefined)
      return [{ schema: view.schema ?? null, name: view.name, columns: columnsOf(view.selectedFields) }];
    const name = given[NAME];
    if (typeof name !== 'string' || given[COLUMNS] === undefined) return [];
    return [
      { schema: (given[SCHEMA] as string | undefined) ?? null, name, columns: columnsOf(given[COLUMNS] as object) },
    ];
  });
}

function columnsOf(fields: object): { name: string; type: string | null }[] {
  return Object.values(fields).flatMap((field: { name?: unknown; getSQLType?: () => string } | null) =>
    typeof field?.name === 'string' && typeof field.getSQLType === 'function'
      ? [{ name: field.name, type: field.getSQLType() }]
      : [],
  );
}
