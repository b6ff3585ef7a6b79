import { PgStreamError } from '@pgstream/core';
import { is, isView } from 'drizzle-orm';
import { getTableConfig, getViewConfig, PgTable, type PgView } from 'drizzle-orm/pg-core';
import { identityOf, type StreamTableIdentity } from '../stream-table/index.ts';
import { excluding, isNegative, sees, without } from './patterns.ts';

export interface StreamTablesFilterOptions {
  /** The `tablesFilter` that you have, with what `extensionsFilters` stands for. Default: none. */
  readonly existing?: string | readonly string[] | undefined;
  /**
   * The `schemaFilter` of your configuration, where there is one: stream tables of other schemas, which drizzle-kit does
   * not see, need no pattern. Default: all stream tables get one.
   */
  readonly schemaFilter?: string | readonly string[] | undefined;
}

/**
 * The `tablesFilter` of a drizzle.config that keeps drizzle-kit's `push` and `pull` off stream tables: `existing`, and a
 * pattern with `!` for each stream table that `existing` would let it see.
 *
 * `schema` is what your schema module exports; of several, spread them into one object.
 *
 * Throws INVALID_ARGUMENT, with what to write instead, where no such filter can be right: `existing` is positive and
 * matches a stream table (one `!` would make push see, and want to drop, every other table); a table or view bears a
 * stream table's name (patterns know no schemas); the schema has no stream tables.
 *
 * @example
 * import * as schema from './schema';
 * export default defineConfig({
 *   dialect: 'postgresql',
 *   schema: './schema.ts',
 *   tablesFilter: streamTablesFilter(schema),
 * });
 */
export function streamTablesFilter(
  schema: Readonly<Record<string, unknown>>,
  options: StreamTablesFilterOptions = {},
): string[] {
  const existing = listed(options.existing) ?? [];
  const schemas = listed(options.schemaFilter);
  const streamTables = streamTablesOf(schema).filter((table) => schemas?.includes(table.schema) ?? true);
  refuseNamesakes(schema, streamTables, schemas);

  const names = [...new Set(streamTables.map(({ name }) => name))];
  const seen = names.filter((name) => sees(existing, name));
  if (seen.length === 0) return existing;
  if (existing.length > 0 && !existing.some(isNegative)) throw mixture(existing, seen);
  return [...existing, ...seen.map(excluding)];
}

function streamTablesOf(schema: Readonly<Record<string, unknown>>): StreamTableIdentity[] {
  const found = Object.values(schema ?? {}).flatMap((value) => identityOf(value) ?? []);
  if (found.length > 0) return found;
  throw invalid(
    'streamTablesFilter() found no stream table in the schema that it was given. Pass what the module exports that declares them: import * as schema from "./schema"; streamTablesFilter(schema).',
  );
}

function refuseNamesakes(
  schema: Readonly<Record<string, unknown>>,
  streamTables: readonly StreamTableIdentity[],
  schemas: readonly string[] | undefined,
): void {
  for (const value of Object.values(schema)) {
    const other = identityOf(value) ? undefined : nameOf(value);
    const namesake = streamTables.find(({ name }) => name === other?.name);
    if (!other || !namesake || (schemas && !schemas.includes(other.schema))) continue;
    throw invalid(
      namesake.schema === other.schema
        ? `"${other.schema}"."${other.name}" is declared as a stream table and as a table or view, too. drizzle-kit would create or change the latter: remove that declaration.`
        : `"${other.name}" is a table or view in schema "${other.schema}" and a stream table in "${namesake.schema}". drizzle-kit's tablesFilter knows no schemas, so it cannot exclude only one: leave "${namesake.schema}" out of your schemaFilter, and pass that as { schemaFilter: ["${other.schema}"] }, or rename one of them.`,
    );
  }
}

/** Of what drizzle-kit creates: tables, and views that are not merely there. */
function nameOf(value: unknown): StreamTableIdentity | undefined {
  const config = is(value, PgTable)
    ? getTableConfig(value)
    : isView(value)
      ? getViewConfig(value as PgView)
      : undefined;
  if (!config || ('isExisting' in config && config.isExisting)) return undefined;
  return { schema: config.schema ?? 'public', name: config.name };
}

function mixture(existing: readonly string[], seen: readonly string[]): PgStreamError {
  const narrower = without(existing, seen);
  return invalid(
    `tablesFilter ${JSON.stringify(existing)} matches the stream tables ${JSON.stringify(seen)}, and adding ${JSON.stringify(seen.map(excluding))} would make drizzle-kit push drop every table that it does not match. ` +
      (narrower
        ? `Write ${JSON.stringify(narrower)} instead.`
        : 'Write patterns that match your own tables and none of these, or give stream tables a schema of their own outside your schemaFilter.'),
  );
}

function listed(value: string | readonly string[] | undefined): string[] | undefined {
  return typeof value === 'string' ? [value] : value && [...value];
}

function invalid(message: string): PgStreamError {
  return new PgStreamError('INVALID_ARGUMENT', message, { operation: 'streamTablesFilter' });
}
