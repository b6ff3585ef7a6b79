import { createPgStream, isPgStreamError, StreamTableReadOnlyError } from '@pgstream/core';
import type { QueryRunner } from 'typeorm';
import { fromTypeORM } from '../handle/index.ts';

/**
 * TypeORM drops every table of the schemas that its entities name, known to it or not. For a stream table that is the wrong
 * way: what captures the changes of its sources stays behind (contract A.4).
 */
export async function refuseToDropStreamTables(runner: QueryRunner): Promise<void> {
  const schemas = await schemasToClear(runner);
  const found = (await streamTablesOf(runner)).filter(({ schema }) => schemas.has(schema));
  const [first] = found;
  if (first === undefined) return;
  const names = found.map(({ schema, name }) => `${schema}.${name}`).join(', ');
  throw new StreamTableReadOnlyError(first.name, 'dropDatabase', {
    schema: first.schema,
    advice: `It would drop every table in the schemas ${[...schemas].join(' and ')}, these stream tables among them: ${names}. Drop them first by the extension's own function, which drop() of @pgstream/core calls.`,
  });
}

/** As TypeORM puts them together (clearDatabase of its PostgreSQL query runner). */
async function schemasToClear(runner: QueryRunner): Promise<ReadonlySet<string>> {
  const { options, entityMetadatas } = runner.connection;
  const { schema: configured } = options as { schema?: string };
  const [row]: { schema: string }[] = configured
    ? [{ schema: configured }]
    : await runner.query('SELECT current_schema() AS schema');
  const named = entityMetadatas.flatMap(({ schema }) => schema ?? []);
  return new Set([...named, ...(row ? [row.schema] : [])]);
}

/** None where the extension is missing, or where the role may not ask: it may not drop what is another's either. */
async function streamTablesOf(runner: QueryRunner): Promise<readonly { schema: string; name: string }[]> {
  try {
    return await createPgStream(fromTypeORM(runner)).list();
  } catch (error) {
    if (isPgStreamError(error, 'EXTENSION_MISSING') || isPgStreamError(error, 'PERMISSION_DENIED')) return [];
    throw error;
  }
}
