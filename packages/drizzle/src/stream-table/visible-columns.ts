import { HIDDEN_COLUMN_PREFIXES, isHiddenColumn, PgStreamError } from '@pgstream/core';
import type { Column, DrizzleTypeError } from 'drizzle-orm';
import type { pgView } from 'drizzle-orm/pg-core';

/** HIDDEN_COLUMN_PREFIXES of core, as a type. */
type HiddenName = `__pgs_${string}` | `__pgt_${string}`;

/** Members of every Drizzle entity: a column under such a key would replace one, and Drizzle with it. */
const TAKEN_KEYS: readonly string[] = ['_', 'getSQL'] satisfies TakenKey[];
type TakenKey = '_' | 'getSQL';

/** The columns of a declaration, as the builders of `drizzle-orm/pg-core` make them: by whatever name their type has. */
export type ColumnBuilders = Parameters<typeof pgView>[1];
type ColumnBuilder = ColumnBuilders[string];

/**
 * What the columns of a declaration must be assignable to, beside themselves: anything, unless there are some that cannot
 * be declared, and then a sentence in place of each of those. (A mapped type for every declaration would make the compiler
 * compare each column with itself, member by member.)
 */
export type VisibleColumns<TColumns extends ColumnBuilders> = [
  Extract<keyof TColumns, HiddenName | TakenKey> | Extract<NameOf<TColumns[keyof TColumns]>, HiddenName>,
] extends [never]
  ? unknown
  : { [Key in keyof TColumns]: VisibleColumn<Key, TColumns[Key]> };

type VisibleColumn<TKey, TColumn extends ColumnBuilder> = TKey extends HiddenName
  ? BookkeepingColumn<TKey>
  : NameOf<TColumn> extends HiddenName
    ? BookkeepingColumn<NameOf<TColumn>>
    : TKey extends TakenKey
      ? DrizzleTypeError<`"${TKey}" is taken by Drizzle: choose another key`>
      : TColumn;

type BookkeepingColumn<TName extends string> =
  DrizzleTypeError<`"${TName}" is a column of the extension's own bookkeeping: leave it out`>;

/** In Drizzle 1.0 the types of columns do not know their names. */
type NameOf<TColumn extends ColumnBuilder> = TColumn['_'] extends { name: infer TName } ? TName : never;

/** The same at run time, for JavaScript and for casts. Throws INVALID_NAME. */
export function checkVisible(table: string, columns: Readonly<Record<string, Column>>): void {
  for (const [key, column] of Object.entries(columns)) {
    const hidden = [key, column.name].find(isHiddenColumn);
    if (hidden !== undefined) {
      throw invalid(
        table,
        `The stream table "${table}" cannot be declared with "${hidden}": names that begin with ${HIDDEN_COLUMN_PREFIXES.join(' or ')} are columns of the extension's own bookkeeping. Leave it out.`,
      );
    }
    if (TAKEN_KEYS.includes(key)) {
      throw invalid(
        table,
        `The stream table "${table}" cannot be declared with the key "${key}", which is taken by Drizzle. Choose another key and give the column's name to its builder.`,
      );
    }
  }
}

/** A name of a table, schema or alias. Throws INVALID_NAME for what PostgreSQL cannot call anything. */
export function checkIdentifier(kind: 'name' | 'schema' | 'alias', value: unknown): void {
  if (typeof value !== 'string' || value === '' || value.includes('\0')) {
    throw invalid(
      undefined,
      `The ${kind} of a stream table must be a string that is not empty and has no NUL character.`,
    );
  }
}

function invalid(table: string | undefined, message: string): PgStreamError {
  return new PgStreamError('INVALID_NAME', message, { table, operation: 'declare' });
}
