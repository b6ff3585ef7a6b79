import { abilitiesOf, type Abilities, type Facts } from './abilities.ts';
import { NAMES, type DialectName, type Names } from './names.ts';

/** How to speak to the extension of a database: its names, and what it can do. */
export interface Dialect extends Names, Abilities {
  /** As CREATE EXTENSION or ALTER EXTENSION UPDATE has left it; null where no server was asked. */
  readonly version: string | null;
  /**
   * SQL for something that not every release has: the expression if the table (named without its prefix) has the
   * column, else NULL, or what is said instead.
   */
  ifColumn(table: string, column: string, expression?: string, otherwise?: string): string;
}

const known = new Map<string, Dialect>();

/** The same object for the same facts: statements are written once for each. */
export function dialectOf(facts: Facts): Dialect {
  const key = JSON.stringify(facts);
  const dialect = known.get(key) ?? make(facts.version, facts);
  known.set(key, dialect);
  return dialect;
}

function make(version: string | null, facts: Facts): Dialect {
  const columns = new Set(facts.columns);
  return {
    ...NAMES[facts.name],
    ...abilitiesOf(facts),
    version,
    ifColumn: (table, column, expression = column, otherwise = 'NULL') =>
      columns.has(`${table}.${column}`) ? expression : otherwise,
  };
}

/**
 * The dialects by the name of their extension, for SQL text that is printed without asking a server: with the least that
 * any release can do.
 */
export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  pg_stream: make(null, { name: 'pg_stream', version: '0', columns: [], functions: [] }),
  pg_trickle: make(null, { name: 'pg_trickle', version: '0', columns: [], functions: [] }),
};
