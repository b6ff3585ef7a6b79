import { indent } from '../command/index.ts';
import { EQUALS } from '../dialect/index.ts';
import {
  dollarQuote,
  quoteIdentifier,
  quoteLiteral,
  quoteName,
  type QualifiedName,
  type StreamTableName,
} from '../name/index.ts';
import { comment, quoteRole, subjects, type SqlTextOptions } from './sql-text.ts';
import { waysToWrite } from './ways-to-write.ts';

/** For whom the rights of a reader are printed. */
export interface ReadOnlyRoleOptions extends SqlTextOptions {
  /**
   * The role that `refresh({ as })` names: that the reader can SET it, and inherits nothing of it, as `refreshRoleSql` has
   * it, is then no failure of the check. Whoever can SET ROLE can write as that role, if it means to.
   */
  readonly refreshAs?: string | undefined;
}

/** All that changes a table, its rows' triggers or its locks. A trigger would run with the refresh's rights. */
const WRITES = 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER, MAINTAIN';

/**
 * SQL text that lets a role read stream tables and ask about them (`isStale`, `lastRefreshAt`, `stalenessMs`,
 * `status`, `list`), and never write them. A DBA reads it and runs it, as the owner of the stream tables who may also
 * grant on the extension's schema, or as a superuser. It can be run again at any time.
 *
 * At its end it checks itself, and fails if the role could write all the same: as a superuser, as the owner or a member
 * of the owner's role, by a right of another role it is a member of, or through a view, a rule or a parent table, which it
 * names. Being able to become the owner counts, unless it is for refreshing (`refreshAs`). Functions that are SECURITY
 * DEFINER it cannot look into.
 *
 * Throws INVALID_NAME, INVALID_ARGUMENT.
 *
 * @example
 * await admin.query(readOnlyRoleSql('app', ['order_totals', { schema: 'analytics', name: 'visits' }]));
 */
export function readOnlyRoleSql(
  role: string,
  tables: readonly StreamTableName[],
  options: ReadOnlyRoleOptions = {},
): string {
  const grantee = quoteRole(role);
  const { dialect, names } = subjects(tables, options);
  const stored = names.map(quoteName).join(', ');
  const schemas = [...new Set(names.map(({ schema }) => schema))].map(quoteIdentifier).join(', ');
  return `-- ${comment(role)} reads these stream tables and asks about them, and never writes them.
GRANT USAGE ON SCHEMA ${dialect.schema} TO ${grantee};
GRANT SELECT ON TABLE ${dialect.catalog}, ${dialect.schema}.${dialect.prefix}dependencies TO ${grantee};
GRANT USAGE ON SCHEMA ${schemas} TO ${grantee};
GRANT SELECT ON TABLE ${stored} TO ${grantee};
-- What PUBLIC may, every role may.
REVOKE ${WRITES} ON TABLE ${stored} FROM ${grantee}, PUBLIC;
-- A stream table that is created later, or anew, has the privileges that ALTER DEFAULT PRIVILEGES gives to new tables,
-- which may be more than SELECT: run this again after it was created.
DO ${dollarQuote(check(role, names, options.refreshAs))};
`;
}

/** No REVOKE takes what a role has by being somebody, and none here what it has on a view; better to hear of it now. */
function check(role: string, names: readonly QualifiedName[], refreshAs: string | undefined): string {
  const literal = quoteLiteral(role);
  const stored = names.map((name) => quoteLiteral(quoteName(name))).join(', ');
  const ways = waysToWrite(
    'stream_table::pg_catalog.oid',
    `${literal}::pg_catalog.name`,
    refreshAs === undefined ? undefined : `${quoteLiteral(refreshAs)}::pg_catalog.text`,
  );
  return `DECLARE
  stream_table pg_catalog.regclass;
  directly boolean;
  doors pg_catalog.text;
BEGIN
  FOREACH stream_table IN ARRAY ARRAY[${stored}]::pg_catalog.regclass[] LOOP
    SELECT pg_catalog.bool_or(way.relation ${EQUALS} stream_table),
      pg_catalog.string_agg(way.relation::pg_catalog.regclass::pg_catalog.text, ', ' ORDER BY way.relation)
      FILTER (WHERE way.relation OPERATOR(pg_catalog.<>) stream_table)
    INTO directly, doors FROM (
${indent(ways, 3)}
    ) way;
    IF directly THEN
      RAISE EXCEPTION '% can still write %', ${literal}, stream_table USING ERRCODE = '42501',
        HINT = 'It is a superuser, or the owner, or a member of the owner or of a role that may write. Let the application connect as another role. If it may become the owner to refresh, as refreshRoleSql has it, say so: { refreshAs: ''<owner>'' }.';
    ELSIF doors IS NOT NULL THEN
      RAISE EXCEPTION '% can still write % through %', ${literal}, stream_table, doors USING ERRCODE = '42501',
        HINT = pg_catalog.format('These write with the rights of their owners. Run REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON %s FROM %I, PUBLIC; or, for a view, ALTER VIEW … SET (security_invoker = true); and this again. What the role has by being somebody goes by neither.', doors, ${literal});
    END IF;
  END LOOP;
END`;
}
