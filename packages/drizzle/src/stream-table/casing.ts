import { PgStreamError } from '@pgstream/core';
import type { Column } from 'drizzle-orm';
import { toCamelCase, toSnakeCase } from 'drizzle-orm/casing';

/** What makes the name of a column of its key, in the words that Drizzle has for it. */
export type Casing = 'snake_case' | 'camelCase';

const CASINGS: Readonly<Record<Casing, (key: string) => string>> = { snake_case: toSnakeCase, camelCase: toCamelCase };

/** Names a column by its key, unless it was given a name. What it is called then is no db's to say. */
export function nameByCasing(column: Column, casing: Casing): void {
  if (column.keyAsName) Object.assign(column, { name: CASINGS[casing](column.name), keyAsName: false });
}

/** For JavaScript. Throws INVALID_ARGUMENT. */
export function checkCasing(table: string, casing: Casing | undefined): void {
  if (casing === undefined || Object.hasOwn(CASINGS, casing)) return;
  throw new PgStreamError(
    'INVALID_ARGUMENT',
    `The casing of a stream table is one of ${Object.keys(CASINGS).join(', ')}: "${table}" was declared with another.`,
    { table, operation: 'declare' },
  );
}

/** What a column is called where a db of that casing reads it. */
export function nameIn(column: Column, casing: Casing | undefined): string {
  return casing !== undefined && column.keyAsName ? CASINGS[casing](column.name) : column.name;
}
