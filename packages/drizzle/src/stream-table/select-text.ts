import type { Column } from 'drizzle-orm';
import { toCamelCase, toSnakeCase } from 'drizzle-orm/casing';
import { isDrizzle1 } from '../major.ts';
import { quoted } from './quoted.ts';

/** From where to select, and what the columns call it. */
export interface Source {
  readonly schema: string;
  readonly name: string;
  readonly alias: string;
}

/**
 * The select, in as few pieces as can be, because Drizzle puts them together for each query anew: one, unless the
 * `casing` of a db may change the name of a column, which is then a piece of its own. What it ends with is missing: the
 * alias.
 */
export function selectPieces({ schema, name, alias }: Source, columns: Iterable<Column>): (string | Column)[] {
  const pieces: (string | Column)[] = [];
  let text = 'select ';
  let separator = '';
  for (const column of columns) {
    text += separator;
    separator = ', ';
    if (followsCasing(column)) {
      pieces.push(text, column);
      text = '';
    } else {
      text += `${quoted(alias)}.${quoted(column.name)}`;
    }
  }
  return [...pieces, `${text} from ${quoted(schema)}.${quoted(name)} `];
}

/**
 * Whether the `casing` of a db may change a column's name: without one that was given, and not the same in all. (In 1.0 a
 * db has no casing.)
 */
export function followsCasing({ keyAsName, name }: Column): boolean {
  return !isDrizzle1 && keyAsName && (toSnakeCase(name) !== name || toCamelCase(name) !== name);
}
