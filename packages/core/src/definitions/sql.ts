import type { Dialect } from '../dialect/index.ts';
import type { RefreshMode } from '../definition/index.ts';
import { functionArgument, quoteIdentifier, quoteLiteral, quoteName, type QualifiedName } from '../name/index.ts';

/**
 * A string as SQL text that no tool for migrations reads as something of its own: `${` begins a placeholder of Flyway and
 * Liquibase.
 */
function literal(text: string | null): string {
  if (text === null) return 'NULL';
  const quoted = quoteLiteral(text);
  if (!quoted.includes('${')) return quoted;
  return `${quoted.startsWith('E') ? '' : 'E'}${quoted.replaceAll('${', String.raw`\x24{`)}`;
}

/** What create takes. */
export interface Creation {
  readonly name: QualifiedName;
  readonly query: string;
  readonly schedule: string | null;
  readonly refreshMode: RefreshMode;
}

export function createSql({ name, query, schedule, refreshMode }: Creation, d: Dialect): string {
  return `SELECT ${d.schema}.create_stream_table(
  name => ${literal(functionArgument(name, d))},
  query => ${literal(query)},
  schedule => ${literal(schedule ?? d.calculated)},
  refresh_mode => ${literal(refreshMode)}
)`;
}

/** What alter takes; what is undefined stays. */
export interface Alteration {
  readonly query?: string | undefined;
  readonly schedule?: string | null | undefined;
  readonly refreshMode?: RefreshMode | undefined;
  readonly status?: 'SUSPENDED' | undefined;
}

export function alterSql(name: QualifiedName, changes: Alteration, d: Dialect): string {
  const { query, schedule, refreshMode, status } = changes;
  const named = [
    ...(query === undefined ? [] : [`query => ${literal(query)}`]),
    ...(schedule === undefined ? [] : [`schedule => ${literal(schedule ?? d.calculated)}`]),
    ...(refreshMode === undefined ? [] : [`refresh_mode => ${literal(refreshMode)}`]),
    ...(status === undefined ? [] : [`status => ${literal(status)}`]),
  ];
  return `SELECT ${d.schema}.alter_stream_table(
  name => ${literal(functionArgument(name, d))},
  ${named.join(',\n  ')}
)`;
}

export function dropSql(name: QualifiedName, d: Dialect): string {
  return `SELECT ${d.schema}.drop_stream_table(name => ${literal(functionArgument(name, d))})`;
}

export function commentSql(name: QualifiedName, comment: string | null): string {
  return `COMMENT ON TABLE ${quoteName(name)} IS ${literal(comment)}`;
}

export function markSql(name: QualifiedName, mark: string, d: Dialect): string {
  return `COMMENT ON COLUMN ${quoteName(name)}.${quoteIdentifier(`${d.hiddenPrefix}row_id`)} IS ${literal(mark)}`;
}
