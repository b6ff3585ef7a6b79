import { PgStreamError } from '@pgstream/core';
import { is, isView } from 'drizzle-orm';
import {
  getTableConfig,
  getViewConfig,
  isPgEnum,
  isPgSchema,
  isPgSequence,
  PgTable,
  type PgView,
} from 'drizzle-orm/pg-core';
import { identityOf, type StreamTableIdentity } from '../stream-table/index.ts';

/** What a schema module exports. */
export type Schema = Readonly<Record<string, unknown>>;

export const DEFAULT_SCHEMA = 'public';

/** Throws INVALID_ARGUMENT where there is none, in the name of the function that was called. */
export function streamTablesOf(schema: Schema, caller: string): StreamTableIdentity[] {
  const found = Object.values(schema ?? {}).flatMap((value) => identityOf(value) ?? []);
  if (found.length > 0) return found;
  throw invalid(
    `${caller}() found no stream table in the schema that it was given. Pass what the module exports that declares them: import * as schema from "./schema"; ${caller}(schema).`,
  );
}

/** The tables that drizzle-kit creates, and the views that are not merely there. */
export function createdIn(schema: Schema): StreamTableIdentity[] {
  return Object.values(schema).flatMap((value) => (identityOf(value) ? [] : (created(value) ?? [])));
}

function created(value: unknown): StreamTableIdentity | undefined {
  const config = is(value, PgTable)
    ? getTableConfig(value)
    : isView(value)
      ? getViewConfig(value as PgView)
      : undefined;
  if (!config || ('isExisting' in config && config.isExisting)) return undefined;
  return { schema: config.schema ?? DEFAULT_SCHEMA, name: config.name };
}

/** The schemas that a module exports by pgSchema(): the others drizzle-kit wants to drop, where it sees them. */
export function exportedSchemas(schema: Schema): string[] {
  return Object.values(schema).flatMap((value) => (isPgSchema(value) ? [value.schemaName] : []));
}

/** Every schema that anything of a module is in which drizzle-kit creates. */
export function schemasOf(schema: Schema): string[] {
  const others = Object.values(schema).flatMap((value) =>
    isPgEnum(value) || isPgSequence(value) ? [value.schema ?? DEFAULT_SCHEMA] : [],
  );
  return [
    ...new Set([
      DEFAULT_SCHEMA,
      ...exportedSchemas(schema),
      ...createdIn(schema).map((table) => table.schema),
      ...others,
    ]),
  ];
}

export function listed(value: string | readonly string[] | undefined): string[] | undefined {
  return typeof value === 'string' ? [value] : value && [...value];
}

export function invalid(message: string): PgStreamError {
  return new PgStreamError('INVALID_ARGUMENT', message, { operation: 'drizzle.config' });
}
