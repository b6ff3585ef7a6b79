import { indent } from '../command/index.ts';
import {
  dollarQuote,
  quoteIdentifier,
  quoteLiteral,
  quoteName,
  resolveName,
  type QualifiedName,
  type StreamTableName,
} from '../name/index.ts';
import {
  declarePaceOfSetting,
  declareSinceOfSetting,
  NOT_AMONG_ITS_TABLES,
  refreshBody,
  refreshVariables,
  VIA_PARAMETERS,
  VIA_SIGNATURE,
} from '../refresh/index.ts';
import { quoteRole, subjects, type SqlTextOptions } from './sql-text.ts';

/** How the function is called, and by whom. */
export interface RefreshFunctionOptions extends SqlTextOptions {
  /** Its name, for `refresh({ via })`; `pgstream_refresh` by default. Its schema has to exist. */
  readonly function?: StreamTableName | undefined;
  /** The roles that may call it; by default none, until somebody grants it. */
  readonly roles?: readonly string[] | undefined;
}

/**
 * SQL text of a function that refreshes the named stream tables, and no others, for roles that may not do it
 * themselves: `refresh({ via: 'pgstream_refresh' })` calls it. It does what `refresh()` sends, and locks the sources.
 *
 * It runs with the rights of who creates it, so it is created by the owner of the stream tables and of their sources,
 * or by a superuser. Its search_path is pinned: the defining queries have to name every table with its schema. Run the
 * text in one transaction, so that at no moment everybody may call it; run it again to name other stream tables.
 *
 * For pg_stream, and for pg_trickle up to 0.87.9: later ones ask who has logged in for the ownership of the stream table, and
 * refuse the function. There `refresh({ as })` is the way, which {@link refreshRoleSql} prepares.
 *
 * Throws INVALID_NAME, INVALID_ARGUMENT.
 *
 * @example
 * await owner.query(refreshFunctionSql(['order_totals'], { roles: ['app'] }));
 */
export function refreshFunctionSql(tables: readonly StreamTableName[], options: RefreshFunctionOptions = {}): string {
  const { function: called = 'pgstream_refresh', roles = [], defaultSchema = 'public' } = options;
  const { dialect, names } = subjects(tables, options);
  const via = resolveName(called, defaultSchema);
  const signature = `${quoteName(via)}(${VIA_SIGNATURE})`;
  const body = `DECLARE
${indent(`${declareSinceOfSetting}\n${declarePaceOfSetting}\n${refreshVariables(dialect)}`)}
BEGIN
${indent(refreshBody(dialect, true, { first: onlyThese(names) }))}
  RETURN outcome::text;
END`;
  return `${dialect.name === 'pg_trickle' ? UNTIL : ''}CREATE OR REPLACE FUNCTION ${quoteName(via)}(${VIA_PARAMETERS}) RETURNS text
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS ${dollarQuote(body)};
REVOKE ALL ON FUNCTION ${signature} FROM PUBLIC;
${roles
  .map(quoteRole)
  .map((role) => grantTo(role, via, signature))
  .join('')}`;
}

/** Nobody is asked here which release there is (contract F.3). */
const UNTIL = `-- For pg_trickle up to 0.87.9. Later ones refuse it, because they ask for the rights of the role that has logged in: there
-- let the role refresh as the owner (refresh({ as }), refreshRoleSql).
`;

function onlyThese(names: readonly QualifiedName[]): string {
  const rows = names.map(({ schema, name }) => `(${quoteLiteral(schema)}, ${quoteLiteral(name)})`);
  return `IF NOT EXISTS (
  SELECT FROM (VALUES
    ${rows.join(',\n    ')}
  ) AS allowed (schema_name, relation_name)
  WHERE allowed.schema_name = table_schema AND allowed.relation_name = table_name
) THEN
  RAISE EXCEPTION '${NOT_AMONG_ITS_TABLES}%', format('%I.%I', table_schema, table_name) USING ERRCODE = '42501';
END IF;
`;
}

function grantTo(role: string, { schema }: QualifiedName, signature: string): string {
  return `GRANT USAGE ON SCHEMA ${quoteIdentifier(schema)} TO ${role};
GRANT EXECUTE ON FUNCTION ${signature} TO ${role};
`;
}
