import { StreamTableReadOnlyError } from '@pgstream/core';
import type { QueryRunner } from 'typeorm';
import { dataSourceOf } from '../handle/index.ts';
import { streamTablesOf } from './catalog.ts';

/**
 * Refuses to drop everything that is in some schemas, known to TypeORM or not, while there is a stream table. For that it is
 * the wrong way: what captures the changes of its sources stays behind (contract A.4).
 */
export async function refuseToDropStreamTables(
  runner: QueryRunner,
  schemas: ReadonlySet<string>,
  operation: string,
): Promise<void> {
  // A role that may not ask may not drop what is another's either.
  const known = (await streamTablesOf(runner)) ?? [];
  const found = known.filter(({ schema }) => schemas.has(schema));
  const [first] = found;
  if (first === undefined) return;
  const names = found.map(({ schema, name }) => `${schema}.${name}`).join(', ');
  throw new StreamTableReadOnlyError(first.name, operation, {
    schema: first.schema,
    advice: `It would drop every table in the schemas ${[...schemas].join(' and ')}, these stream tables among them: ${names}. Drop them first by the extension's own function, which drop() of @pgstream/core calls.`,
  });
}

/**
 * Those that TypeORM clears, as it puts them together (clearDatabase of its PostgreSQL query runner). It asks without
 * pg_catalog, and what it is told is what it drops: so the same is asked, though the search_path may shadow it.
 */
export async function schemasToClear(runner: QueryRunner): Promise<ReadonlySet<string>> {
  const { options, entityMetadatas } = dataSourceOf(runner.manager);
  const { schema: configured } = options as { schema?: string };
  const [row]: { schema: string }[] = configured
    ? [{ schema: configured }]
    : await runner.query('SELECT current_schema() AS schema');
  const named = entityMetadatas.flatMap(({ schema }) => schema ?? []);
  return new Set([...named, ...(row ? [row.schema] : [])]);
}
