import { EQUALS } from '../dialect/index.ts';
import { dollarQuote, quoteLiteral, quoteName, type StreamTableName } from '../name/index.ts';
import { comment, quoteRole, subjects, type SqlTextOptions } from './sql-text.ts';

/** Who may become the owners of the stream tables. */
export interface RefreshRoleOptions extends SqlTextOptions {
  /** The role that the application connects as. */
  readonly role: string;
}

/**
 * SQL text that lets a role refresh the named stream tables by becoming their owner for each refresh:
 * `refresh({ as: '<owner>' })`. It finds the owners, grants each to the role WITH INHERIT FALSE, SET TRUE, and gives them
 * what a refresh needs in this release of the extension. A superuser reads it and runs it. It can be run again at any
 * time. It says in notices which roles to name.
 *
 * The role gets none of the owner's rights by itself, so that a slip writes nothing. But it may SET ROLE whenever it
 * wants, and then do all that the owner may: it is no protection against a program that means to. So let the owner be a
 * role that owns stream tables and nothing else. It refuses an owner that is a superuser, or the role itself.
 *
 * Throws INVALID_NAME, INVALID_ARGUMENT.
 *
 * @example
 * await admin.query(refreshRoleSql(['order_totals'], { role: 'app' }));
 * await orderTotals.refresh({ as: 'order_totals_owner' });
 */
export function refreshRoleSql(tables: readonly StreamTableName[], options: RefreshRoleOptions): string {
  const { role } = options;
  quoteRole(role); // Refuses what is none.
  const { dialect, names } = subjects(tables, options);
  const { schema, changesSchema, prefix } = dialect;
  const literal = quoteLiteral(role);
  const stored = names.map((name) => quoteLiteral(quoteName(name))).join(', ');
  const body = `DECLARE
  stream_table pg_catalog.regclass;
  owner pg_catalog.name;
  is_superuser boolean;
  as_caller boolean;
  source pg_catalog.oid;
  buffer pg_catalog.text;
BEGIN
  FOREACH stream_table IN ARRAY ARRAY[${stored}]::pg_catalog.regclass[] LOOP
    SELECT r.rolname, r.rolsuper INTO owner, is_superuser
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_roles r ON r.oid ${EQUALS} c.relowner WHERE c.oid ${EQUALS} stream_table;
    IF owner::pg_catalog.text ${EQUALS} ${literal} THEN
      RAISE EXCEPTION '% owns % itself', owner, stream_table USING ERRCODE = '22023',
        HINT = 'It can refresh it without becoming anybody, and could write it. Give the stream table to a role of its own: ALTER TABLE … OWNER TO …';
    ELSIF is_superuser THEN
      RAISE EXCEPTION '%, the owner of %, is a superuser', owner, stream_table USING ERRCODE = '22023',
        HINT = 'Who may become a superuser may do everything. Give the stream table to a role of its own: ALTER TABLE … OWNER TO …';
    END IF;
    EXECUTE pg_catalog.format('GRANT %I TO %I WITH INHERIT FALSE, SET TRUE', owner, ${literal});
    EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA ${schema} TO %I', owner);
    EXECUTE pg_catalog.format('GRANT EXECUTE ON FUNCTION ${schema}.refresh_stream_table(text) TO %I', owner);
    -- Where the function runs with the rights of its caller, the owner needs those that it uses.
    as_caller := (SELECT NOT p.prosecdef FROM pg_catalog.pg_proc p WHERE p.oid ${EQUALS} '${schema}.refresh_stream_table(text)'::pg_catalog.regprocedure);
    IF as_caller THEN
      EXECUTE pg_catalog.format('GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA ${schema} TO %I', owner);
      EXECUTE pg_catalog.format('GRANT USAGE ON ALL SEQUENCES IN SCHEMA ${schema} TO %I', owner);
      EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA ${changesSchema} TO %I', owner);
    END IF;
    FOR source, buffer IN
      SELECT c.oid, b.oid::pg_catalog.regclass::pg_catalog.text
      FROM ${schema}.${prefix}dependencies d
      JOIN ${dialect.catalog} s ON s.${prefix}id ${EQUALS} d.${prefix}id AND s.${prefix}relid ${EQUALS} stream_table
      JOIN pg_catalog.pg_class c ON c.oid ${EQUALS} d.source_relid
      LEFT JOIN pg_catalog.pg_class b ON b.relname::pg_catalog.text ${EQUALS} pg_catalog.concat('changes_', c.oid)
        AND b.relnamespace ${EQUALS} '${changesSchema}'::pg_catalog.regnamespace
    LOOP
      EXECUTE pg_catalog.format('GRANT USAGE ON SCHEMA %s TO %I',
        (SELECT c.relnamespace::pg_catalog.regnamespace FROM pg_catalog.pg_class c WHERE c.oid ${EQUALS} source), owner);
      EXECUTE pg_catalog.format('GRANT SELECT ON TABLE %s TO %I', source::pg_catalog.regclass, owner);
      IF as_caller THEN
        EXECUTE pg_catalog.format('GRANT MAINTAIN ON TABLE %s TO %I', source::pg_catalog.regclass, owner);
        EXECUTE pg_catalog.format('GRANT SELECT, DELETE, TRUNCATE ON TABLE %s TO %I', buffer, owner);
      END IF;
    END LOOP;
    RAISE NOTICE '% is refreshed by refresh({ as: ''%'' })', stream_table, owner;
  END LOOP;
END`;
  return `-- ${comment(role)} refreshes these stream tables as their owners, whose rights it does not inherit.
DO ${dollarQuote(body)};
`;
}
