import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join } from 'node:path';
import type { DeclaredStreamTable } from '@pgstream/core/definitions';
import { CliError, EXIT } from '../exit/index.ts';
import { contentOf } from '../module/index.ts';
import { readSqlFile } from './sql-file.ts';

const EXTENSIONS = ['.ts', '.mts', '.cts', '.mjs', '.js', '.cjs', '.json'];
const USUAL = [...EXTENSIONS.map((extension) => `pgstream.definitions${extension}`), 'stream-tables'];

const KEYS = Object.keys({
  name: true,
  query: true,
  schedule: true,
  refreshMode: true,
  columns: true,
  view: true,
  comment: true,
  source: true,
} satisfies Record<keyof DeclaredStreamTable, true>);

/**
 * The stream tables that files declare: modules and JSON whose default export is an array of them, `.sql` files with one each,
 * and folders of `.sql` files. Without a name it is `pgstream.definitions.ts`, or its like, or the folder `stream-tables`.
 */
export async function loadDefinitions(
  named: readonly string[],
  defaultSchema: string,
): Promise<readonly DeclaredStreamTable[]> {
  const usual = USUAL.find((candidate) => existsSync(candidate));
  const paths = named.length > 0 ? named : usual === undefined ? [] : [usual];
  if (paths.length === 0) {
    throw unusable(
      'There is nothing that declares stream tables: name files, or write pgstream.definitions.ts (or .mjs, .js, .json and the like) or a folder stream-tables here. `pgstream import --into stream-tables` writes the first files from the database.',
    );
  }
  const loaded = await Promise.all(paths.map((path) => definitionsIn(path, defaultSchema)));
  return loaded.flat();
}

async function definitionsIn(path: string, defaultSchema: string): Promise<readonly DeclaredStreamTable[]> {
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) throw unusable(`There is no file or folder ${path}.`);
  if (found.isDirectory()) {
    const names = (await readdir(path)).filter((name) => extname(name) === '.sql').toSorted();
    if (names.length === 0) throw unusable(`The folder ${path} has no .sql file, so it declares nothing.`);
    return await Promise.all(names.map((name) => inSqlFile(join(path, name), defaultSchema)));
  }
  const extension = extname(path);
  if (extension === '.sql') return [await inSqlFile(path, defaultSchema)];
  if (!EXTENSIONS.includes(extension)) {
    throw unusable(
      `${path} is no file of declarations: these end with .sql${EXTENSIONS.map((each) => `, ${each}`).join('')}.`,
    );
  }
  return declaredBy(await read(path), path);
}

async function inSqlFile(path: string, defaultSchema: string): Promise<DeclaredStreamTable> {
  return readSqlFile(path, await readFile(path, 'utf8'), defaultSchema);
}

async function read(path: string): Promise<unknown> {
  try {
    return await contentOf(path);
  } catch (error) {
    throw unusable(`${path} cannot be read: ${(error as Error).message.replaceAll(/\s+/g, ' ').trim()}`, error);
  }
}

function declaredBy(content: unknown, path: string): readonly DeclaredStreamTable[] {
  if (!Array.isArray(content) || content.some((each) => typeof each !== 'object' || each === null)) {
    const example =
      extname(path) === '.json'
        ? `[{ "name": "order_totals", "query": "SELECT …" }]`
        : `export default [{ name: 'order_totals', query: 'SELECT …' }]. From models of an ORM streamTableDefinitions() of its package makes one`;
    throw unusable(`${path} has to give an array of stream tables: ${example}.`);
  }
  return (content as DeclaredStreamTable[]).map((each, index) => {
    const unknown = Object.keys(each).find((key) => !KEYS.includes(key));
    if (unknown !== undefined) {
      throw unusable(
        `${path}: ${called(each, index)} says "${unknown}", which means nothing here. There are ${KEYS.join(', ')}.`,
      );
    }
    for (const key of ['name', 'query'] as const) {
      if (each[key] === undefined) throw unusable(`${path}: ${called(each, index)} has no ${key}.`);
    }
    return { source: path, ...each };
  });
}

/** How an entry is found again. */
function called({ name }: Partial<DeclaredStreamTable>, index: number): string {
  const text = typeof name === 'string' ? name : name?.name;
  return text === undefined ? `entry ${index + 1}` : JSON.stringify(text);
}

function unusable(message: string, cause?: unknown): CliError {
  return new CliError(EXIT.usage, 'INVALID_ARGUMENT', message, cause);
}
