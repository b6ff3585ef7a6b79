import { EXTENSION_SCHEMAS } from '@pgstream/core';
import { isDrizzle1 } from '../major.ts';
import type { StreamTableIdentity } from '../stream-table/index.ts';
import {
  createdIn,
  DEFAULT_SCHEMA,
  exportedSchemas,
  invalid,
  listed,
  type Schema,
  schemasOf,
  streamTablesOf,
} from './declared.ts';
import { literal, sees } from './patterns.ts';
import { tablesFilterOf } from './tables-filter.ts';

export interface StreamTablesConfigOptions {
  /** The `tablesFilter` that you have, with what `extensionsFilters` stands for. Default: none. */
  readonly tablesFilter?: string | readonly string[] | undefined;
  /**
   * The `schemaFilter` that you have. Default: `public`, and the schemas of all else that your schema module exports for
   * drizzle-kit to create.
   */
  readonly schemaFilter?: string | readonly string[] | undefined;
}

/** A part of the configuration of drizzle-kit. */
export interface StreamTablesConfig {
  tablesFilter: string[];
  schemaFilter: string[];
}

/**
 * The part of a drizzle.config that keeps drizzle-kit's `push` and `pull` off the extension and off stream tables, full or
 * empty: the schemas that it may look into, and in these a pattern with `!` for each stream table.
 *
 * `schema` is what your schema module exports; of several, spread them into one object. Stream tables that are not declared
 * in it need a schema of their own, which drizzle-kit does not look into.
 *
 * Throws INVALID_ARGUMENT, with what to write instead, where no such configuration can be safe: a `schemaFilter` of yours lets
 * drizzle-kit see a schema of the extension, or one with stream tables in it that your module does not export by
 * `pgSchema()` (push would drop either); a `tablesFilter` of yours is positive and matches a stream table (one `!` would make
 * push see, and want to drop, every other table); a table or view that it sees bears a stream table's name (patterns know no
 * schemas); the schema has no stream tables.
 *
 * @example
 * import * as schema from './schema';
 * export default defineConfig({
 *   dialect: 'postgresql',
 *   schema: './schema.ts',
 *   ...streamTablesConfig(schema),
 * });
 */
export function streamTablesConfig(schema: Schema, options: StreamTablesConfigOptions = {}): StreamTablesConfig {
  const streamTables = streamTablesOf(schema, 'streamTablesConfig');
  const schemaFilter = listed(options.schemaFilter) ?? named(schemasOf(schema));
  refuseExtension(schemaFilter);
  const isSeen = (table: StreamTableIdentity): boolean => seesSchema(schemaFilter, table.schema);
  const found = { created: createdIn(schema).filter(isSeen), streamTables: streamTables.filter(isSeen) };
  refuseDropped(schema, schemaFilter, found.streamTables);
  return { tablesFilter: tablesFilterOf(found, listed(options.tablesFilter) ?? []), schemaFilter };
}

export interface StreamTablesFilterOptions {
  /** The `tablesFilter` that you have. Default: none. */
  readonly existing?: string | readonly string[] | undefined;
  /** The `schemaFilter` of your configuration. Default: that of drizzle-kit 0.31, `public`. */
  readonly schemaFilter?: string | readonly string[] | undefined;
}

/**
 * The `tablesFilter` alone. With drizzle-kit 1.0, which looks into every schema unless it is told otherwise, that is safe
 * beside a `schemaFilter` only: throws INVALID_ARGUMENT without one.
 *
 * @deprecated `...streamTablesConfig(schema)` is the `schemaFilter` as well.
 */
export function streamTablesFilter(schema: Schema, options: StreamTablesFilterOptions = {}): string[] {
  const { existing: tablesFilter, schemaFilter } = options;
  if (schemaFilter !== undefined) return streamTablesConfig(schema, { tablesFilter, schemaFilter }).tablesFilter;
  if (isDrizzle1) {
    throw invalid(
      'drizzle-kit 1.0 looks into every schema, and push would drop those of the extension: a tablesFilter alone cannot keep it off. Write ...streamTablesConfig(schema) in place of tablesFilter: streamTablesFilter(schema).',
    );
  }
  const streamTables = streamTablesOf(schema, 'streamTablesFilter');
  return tablesFilterOf({ created: createdIn(schema), streamTables }, listed(tablesFilter) ?? []);
}

function named(schemas: string[]): string[] {
  return isDrizzle1 ? schemas.map(literal) : schemas;
}

/** In 0.31 these are names, and an empty list is no list of any; in 1.0 they are patterns, as those of tables. */
function seesSchema(schemaFilter: readonly string[], name: string): boolean {
  return isDrizzle1 ? sees(schemaFilter, name) : schemaFilter.includes(name);
}

function refuseExtension(schemaFilter: readonly string[]): void {
  const seen = EXTENSION_SCHEMAS.filter((name) => seesSchema(schemaFilter, name));
  if (seen.length === 0) return;
  throw invalid(
    `schemaFilter ${JSON.stringify(schemaFilter)} lets drizzle-kit see ${JSON.stringify(seen)}, which belong to the extension: push would drop what is in them, and pull make tables of it. Name the schemas of your own tables, without a "!": schemaFilter: ["public"].`,
  );
}

function refuseDropped(
  schema: Schema,
  schemaFilter: readonly string[],
  streamTables: readonly StreamTableIdentity[],
): void {
  const kept = new Set([DEFAULT_SCHEMA, ...exportedSchemas(schema)]);
  const dropped = [...new Set(streamTables.map((table) => table.schema))].filter((name) => !kept.has(name));
  if (dropped.length === 0) return;
  throw invalid(
    `schemaFilter ${JSON.stringify(schemaFilter)} lets drizzle-kit see ${JSON.stringify(dropped)}, with stream tables in it, and nothing that your schema exports says that it is to be there: push would try to drop it. Leave it out of the schemaFilter, or export it: export const ${identifier(dropped[0] ?? '')} = pgSchema(${JSON.stringify(dropped[0])}).`,
  );
}

function identifier(name: string): string {
  return /^[a-z_$][\w$]*$/i.test(name) ? name : 'schemaOfStreamTables';
}
