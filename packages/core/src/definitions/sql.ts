import type { Dialect } from '../dialect/index.ts';
import type { RefreshMode } from '../definition/index.ts';
import {
  dollarQuote,
  functionArgument,
  quoteIdentifier,
  quoteLiteral,
  quoteName,
  type QualifiedName,
} from '../name/index.ts';

/**
 * What tools for migrations read as something of their own, in the middle of a string, too: `${` begins a placeholder of Flyway
 * and Liquibase; Drizzle divides a file at its breakpoints; and Liquibase takes lines for itself that begin with `-- rollback` and
 * the like, and makes each end of a line a line feed.
 */
const OF_TOOLS =
  /\$(?=\{)|-(?=->\s*statement-breakpoint)|(?<=^[^\S\n]*)(?:-(?=-?\s*(?:changeset|comment|ignore|liquibase|precondition|property|rollback|validchecksum))|\/(?=\*\s*liquibase))|\r/gim;

const ESCAPED: Readonly<Record<string, string>> = {
  $: String.raw`\x24`,
  '-': String.raw`\x2d`,
  '/': String.raw`\x2f`,
  '\r': String.raw`\r`,
};

/** A string as SQL text in which no tool for migrations finds anything of its own. */
export function literal(text: string | null): string {
  if (text === null) return 'NULL';
  const quoted = quoteLiteral(text);
  const escaped = quoted.replaceAll(OF_TOOLS, (found) => ESCAPED[found] ?? found);
  return escaped === quoted || quoted.startsWith('E') ? escaped : `E${escaped}`;
}

/** A whole statement, such as that of a view, in which no tool finds anything of its own either. */
export function forTools(statement: string): string {
  if (statement.search(OF_TOOLS) === -1) return statement;
  return `DO ${dollarQuote(`BEGIN EXECUTE ${literal(statement)}; END`)}`;
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

/** Ends what it is a part of. */
export function refusalSql(message: string): string {
  return `DO ${dollarQuote(`BEGIN RAISE EXCEPTION USING MESSAGE = ${literal(message)}; END`)}`;
}

export function markSql(name: QualifiedName, mark: string | null, d: Dialect): string {
  return `COMMENT ON COLUMN ${quoteName(name)}.${quoteIdentifier(`${d.hiddenPrefix}row_id`)} IS ${literal(mark)}`;
}
