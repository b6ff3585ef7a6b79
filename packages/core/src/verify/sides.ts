import { quoteIdentifier, quoteName } from '../name/index.ts';
import type { ComparedColumn, Stored } from './storage.ts';

/** A column of both sides as it is compared. */
export interface Compared {
  readonly column: ComparedColumn;
  /** What it is called in the comparison: names of users' columns may be anything. */
  readonly alias: string;
  /** The collation that decides, as SQL text; null where none does. */
  readonly collation: string | null;
}

const BYTES = 'pg_catalog."C"';

/** @param collations those of the query's collatable columns that have to be kept, by the column's name */
export function comparedColumns(
  columns: readonly ComparedColumn[],
  collations: ReadonlyMap<string, string>,
): readonly Compared[] {
  return columns.map((column, index) => ({
    column,
    alias: `c${index + 1}`,
    collation: collationOf(column, collations.get(column.name)),
  }));
}

function collationOf({ by, isCollatable, isPlainText }: ComparedColumn, kept: string | undefined): string | null {
  if (by === 'text') return BYTES;
  if (!isCollatable) return null;
  return kept ?? (isPlainText ? BYTES : null);
}

const TYPES = {
  text: 'pg_catalog.text',
  'double precision': 'pg_catalog.float8',
  real: 'pg_catalog.float4',
} as const;

/** The rows that the query gives. The line break ends a comment at the end of the query. */
export function querySide({ query }: Stored, compared: readonly Compared[]): Side {
  return { values: compared.map((each) => value('q', each)), from: `(${query}\n) q` };
}

/** The rows that the table shows. */
export function tableSide({ table }: Stored, compared: readonly Compared[]): Side {
  return { values: compared.map((each) => value('t', each)), from: `${quoteName(table)} t` };
}

/** One of the two, as parts of a SELECT. */
export interface Side {
  readonly values: readonly string[];
  readonly from: string;
}

function value(side: string, { column, alias, collation }: Compared): string {
  return `${typed(side, column)}${collation === null ? '' : ` COLLATE ${collation}`} AS ${alias}`;
}

/** Of the table's type on both sides: the extension forgets typmods, and a source may have got another type. */
export function typed(side: string, { name, type, by }: ComparedColumn): string {
  const asStored = `(${side}.${quoteIdentifier(name)})::${type}`;
  return by === 'value' ? asStored : `${asStored}::${TYPES[by]}`;
}
