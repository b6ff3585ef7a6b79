import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PgStreamError } from '@pgstream/core';
import { declaredStreamTables, readSchemaFiles } from '../schema/index.ts';

/** Where stream tables are declared, and how their names are completed. */
export interface ExternalTablesOptions {
  /**
   * The schema that Prisma is given: a file, or the folder of its files. A path is relative to where Prisma is run, as a
   * rule the folder of prisma.config.ts.
   */
  readonly schema: string | URL;
  /** The schema in the database of models without `@@schema`. Default: `public`. */
  readonly defaultSchema?: string | undefined;
}

/**
 * The stream tables that a schema declares by `/// @streamTable`, with their schemas, for `tables.external` of
 * prisma.config.ts: `prisma migrate` then leaves them alone. It reads the schema itself, so that nothing has to be
 * generated before.
 *
 * Throws INVALID_ARGUMENT for a schema that cannot be read, and for a comment that declares nothing where it is:
 * without its name `prisma migrate` would want to drop the stream table.
 *
 * @example
 * tables: { external: externalTables({ schema: 'prisma/schema.prisma' }) }
 */
export function externalTables({ schema: of, defaultSchema = 'public' }: ExternalTablesOptions): string[] {
  const path = typeof of === 'string' ? resolve(of) : fileURLToPath(of);
  try {
    const declared = readSchemaFiles(path).flatMap(({ text }) => declaredStreamTables(text));
    return [...new Set(declared.map(({ streamTable: { schema = defaultSchema, name } }) => `${schema}.${name}`))];
  } catch (error) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      `externalTables() cannot tell the stream tables of the schema ${path}, and prisma migrate must not go on without them. ${(error as Error).message}`,
      { operation: 'externalTables', cause: error },
    );
  }
}
