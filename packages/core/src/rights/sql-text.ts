import { DIALECTS, type Dialect, type DialectName } from '../dialect/index.ts';
import { PgStreamError } from '../errors/index.ts';
import { isRole, quoteIdentifier, resolveName, type QualifiedName, type StreamTableName } from '../name/index.ts';

/** For whom SQL text is printed. Nothing is asked of a server. */
export interface SqlTextOptions {
  /** Which extension the database has, as `dialect()` of a client tells; `pg_stream` by default. Nobody is asked here. */
  readonly dialect?: DialectName | undefined;
  /** The schema of names that come without one; `public` by default. */
  readonly defaultSchema?: string | undefined;
}

/** The names that SQL text is about, checked. Throws INVALID_NAME, and INVALID_ARGUMENT if there are none. */
export function subjects(
  tables: readonly StreamTableName[],
  { dialect = 'pg_stream', defaultSchema = 'public' }: SqlTextOptions,
): { dialect: Dialect; names: readonly QualifiedName[] } {
  if (tables.length === 0) throw new PgStreamError('INVALID_ARGUMENT', 'Name at least one stream table.');
  return { dialect: DIALECTS[dialect], names: tables.map((table) => resolveName(table, defaultSchema)) };
}

/** A role as SQL text. GRANT takes `"public"`, quoted or not, for everybody: such a role is refused. */
export function quoteRole(role: string): string {
  if (!isRole(role)) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      'Name the role that the application connects as: not empty, public or none.',
    );
  }
  return quoteIdentifier(role);
}

/** Fit for a comment: it must not end the line. */
export function comment(text: string): string {
  return text.replaceAll(/[\r\n]/g, ' ');
}
