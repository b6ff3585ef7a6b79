import { readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isHiddenColumn, PgStreamError, type RefreshMode } from '@pgstream/core';
import type { DeclaredColumn, DeclaredStreamTable } from '@pgstream/core/definitions';
import {
  type DeclaredInSchema,
  declaredStreamTables,
  type Field,
  modelNames,
  readSchemaFiles,
} from '../schema/index.ts';
import { typeOfPostgres } from './native-types.ts';

/** Where stream tables are declared, and how their names are completed. */
export interface StreamTableDefinitionsOptions {
  /** The schema that Prisma is given: a file, or the folder of its files; from where this runs. */
  readonly schema: string | URL;
  /** The schema in the database of models without `@@schema`. Default: `public`. */
  readonly defaultSchema?: string | undefined;
}

/**
 * The definitions of the stream tables of a schema, for `plan()` and `apply()` of `@pgstream/core/definitions` and for the
 * command line: those whose comment names the file of their query, `/// @streamTable(query: "order_totals.sql", schedule: "5m")`,
 * from where the file of the schema is. It reads the schema itself, so that nothing has to be generated before. What something
 * else creates, and its comment names no query for, is passed over.
 *
 * The model's scalar fields are the columns that the query has to give, with their types where `@db.…` says them.
 *
 * Throws INVALID_ARGUMENT for a schema or a file that cannot be read, and for a comment that is not understood.
 *
 * @example
 * export default streamTableDefinitions({ schema: 'prisma/schema.prisma' });
 */
export function streamTableDefinitions({
  schema,
  defaultSchema = 'public',
}: StreamTableDefinitionsOptions): DeclaredStreamTable[] {
  const path = typeof schema === 'string' ? resolve(schema) : fileURLToPath(schema);
  try {
    const files = readSchemaFiles(path);
    const relations = new Set(files.flatMap(({ text }) => modelNames(text)));
    return files.flatMap(({ path: file, text }) =>
      declaredStreamTables(text).flatMap((declared) => definitionOf(declared, { file, relations, defaultSchema })),
    );
  } catch (error) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      `The stream tables of the schema ${path} cannot be read. ${(error as Error).message}`,
      { operation: 'declare', cause: error },
    );
  }
}

function definitionOf(
  { streamTable, query: queryFile, model, fields, schedule, refreshMode, view }: DeclaredInSchema,
  { file, relations, defaultSchema }: { file: string; relations: ReadonlySet<string>; defaultSchema: string },
): DeclaredStreamTable[] {
  if (queryFile === undefined) return [];
  const { schema = defaultSchema, name } = streamTable;
  return [
    {
      name: { schema, name },
      query: readQuery(resolve(dirname(file), queryFile), model),
      schedule,
      // plan() refuses what is none.
      refreshMode: refreshMode as RefreshMode | undefined,
      view,
      columns: fields.filter(({ type, column }) => !relations.has(type) && !isHiddenColumn(column)).map(declaredColumn),
      source: relative('', file),
    },
  ];
}

/** A file of SQL may end its statement; a defining query does not. */
function readQuery(path: string, model: string): string {
  try {
    return readFileSync(path, 'utf8').trim().replace(/\s*;$/, '');
  } catch (error) {
    throw new Error(`"${model}" names the file ${path} for its query: ${(error as Error).message}.`, { cause: error });
  }
}

function declaredColumn({ column, nativeType, isList }: Field): DeclaredColumn {
  return nativeType === undefined
    ? { name: column }
    : { name: column, type: `${typeOfPostgres(nativeType)}${isList ? '[]' : ''}` };
}
