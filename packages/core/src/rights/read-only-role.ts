import {
  dollarQuote,
  quoteIdentifier,
  quoteLiteral,
  quoteName,
  type QualifiedName,
  type StreamTableName,
} from '../name/index.ts';
import { quoteRole, subjects, type SqlTextOptions } from './sql-text.ts';

/** All that changes a table, its rows' triggers or its locks. A trigger would run with the refresh's rights. */
const WRITES = 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER, MAINTAIN';

/**
 * SQL text that lets a role read stream tables and ask about them (`isStale`, `lastRefreshAt`, `stalenessMs`,
 * `status`, `list`), and never write them. A DBA reads it and runs it, as the owner of the stream tables who may also
 * grant on the extension's schema, or as a superuser. It can be run again at any time.
 *
 * At its end it checks itself, and fails if the role could write all the same: as a superuser, as the owner or a member
 * of the owner's role, or by a right of another role it is a member of.
 *
 * Throws INVALID_NAME, INVALID_ARGUMENT.
 *
 * @example
 * await admin.query(readOnlyRoleSql('app', ['order_totals', { schema: 'analytics', name: 'visits' }]));
 */
export function readOnlyRoleSql(
  role: string,
  tables: readonly StreamTableName[],
  options: SqlTextOptions = {},
): string {
  const grantee = quoteRole(role);
  const { dialect, names } = subjects(tables, options);
  const stored = names.map(quoteName).join(', ');
  const schemas = [...new Set(names.map(({ schema }) => schema))].map(quoteIdentifier).join(', ');
  return `-- ${comment(role)} reads these stream tables and asks about them, and never writes them.
GRANT USAGE ON SCHEMA ${dialect.schema} TO ${grantee};
GRANT SELECT ON TABLE ${dialect.catalog} TO ${grantee};
GRANT USAGE ON SCHEMA ${schemas} TO ${grantee};
GRANT SELECT ON TABLE ${stored} TO ${grantee};
-- What PUBLIC may, every role may.
REVOKE ${WRITES} ON TABLE ${stored} FROM ${grantee}, PUBLIC;
-- A stream table that is created later, or anew, has the privileges that ALTER DEFAULT PRIVILEGES gives to new tables,
-- which may be more than SELECT: run this again after it was created.
DO ${dollarQuote(check(role, names))};
`;
}

/** No REVOKE takes what a role has by being somebody; better to hear of it now. */
function check(role: string, names: readonly QualifiedName[]): string {
  const literal = quoteLiteral(role);
  const stored = names.map((name) => quoteLiteral(quoteName(name))).join(', ');
  return `DECLARE
  stream_table regclass;
BEGIN
  FOREACH stream_table IN ARRAY ARRAY[${stored}]::regclass[] LOOP
    IF has_table_privilege(${literal}, stream_table, 'INSERT, UPDATE, DELETE, TRUNCATE')
      OR has_any_column_privilege(${literal}, stream_table, 'INSERT, UPDATE')
      OR pg_has_role(${literal}, (SELECT c.relowner FROM pg_class c WHERE c.oid = stream_table), 'MEMBER') THEN
      RAISE EXCEPTION '% can still write %', ${literal}, stream_table USING ERRCODE = '42501',
        HINT = 'It is a superuser, or the owner, or a member of the owner or of a role that may write. Let the application connect as another role.';
    END IF;
  END LOOP;
END`;
}

/** Fit for a comment: it must not end the line. */
function comment(text: string): string {
  return text.replaceAll(/[\r\n]/g, ' ');
}
