import { existsSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import type { DeclaredStreamTable } from '@pgstream/core/definitions';
import { CliError, EXIT } from '../exit/index.ts';
import { contentOf } from '../module/index.ts';
import { readSqlFile } from './sql-file.ts';

const USUAL = [
  ...['ts', 'mts', 'mjs', 'js', 'json'].map((extension) => `pgstream.definitions.${extension}`),
  'stream-tables',
];

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
      `There is nothing that declares stream tables: name files, or write one of ${USUAL.join(', ')} in this folder. \`pgstream import\` writes the first one.`,
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
  if (extname(path) === '.sql') return [await inSqlFile(path, defaultSchema)];
  return declaredBy(await read(path), path);
}

async function inSqlFile(path: string, defaultSchema: string): Promise<DeclaredStreamTable> {
  return readSqlFile(path, await readFile(path, 'utf8'), defaultSchema);
}

async function read(path: string): Promise<unknown> {
  try {
    return await contentOf(path);
  } catch (error) {
    throw unusable(`${path} cannot be read: ${(error as Error).message}`, error);
  }
}

function declaredBy(content: unknown, path: string): readonly DeclaredStreamTable[] {
  if (!Array.isArray(content) || content.some((each) => typeof each !== 'object' || each === null)) {
    throw unusable(
      `${path} has to give an array of stream tables: export default [{ name: 'order_totals', query: 'SELECT …' }].`,
    );
  }
  const source = relative('.', path);
  return (content as DeclaredStreamTable[]).map((each) => ({ source, ...each }));
}

function unusable(message: string, cause?: unknown): CliError {
  return new CliError(EXIT.usage, 'INVALID_ARGUMENT', message, cause);
}
