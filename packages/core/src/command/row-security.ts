/**
 * A query under row security policies gives the rows that its role may see, and a stream table is for everybody: with
 * this setting PostgreSQL refuses such a query, as it does for pg_dump. A command that fails undoes it by itself.
 */
export const filteredRowsRefused = "pg_catalog.set_config('row_security', 'off', true)";

export const refuseFilteredRows = `PERFORM ${filteredRowsRefused};`;

/** The caller's setting, where it has to be put back: see {@link putRowSecurityBack}. */
export const keptRowSecurity =
  "kept_row_security CONSTANT pg_catalog.text := pg_catalog.current_setting('row_security');";

export const putRowSecurityBack = "PERFORM pg_catalog.set_config('row_security', kept_row_security, true);";

/** Begins the message of a refusal because of policies; the table's name follows, with its schema if that is known. */
export const FILTERED_BY = 'pgstream: policies decide the rows of ';

/** Declares what {@link findFilteringTable} sets. */
export const filteringTable = 'filtering pg_catalog.text;';

/**
 * For a handler, with the search_path pinned. PostgreSQL refuses with the SQLSTATE of a missing privilege and in the
 * server's language, whatever that is; what is sure is that it names the table, without its schema. If there is one of
 * that name with policies that bind the role, or the owner of a view over it, `filtering` becomes its name in quotes,
 * else null. Of several the one with the least `rank` is meant, which is SQL about its `c.oid`.
 */
export const findFilteringTable = (rank: string): string => `filtering := NULL;
IF SQLSTATE = '42501' THEN
  SELECT CASE count(*) WHEN 1 THEN min(found.schema || '.' || found.name) ELSE min(found.name) END INTO filtering
  FROM (
    SELECT quoted.schema, quoted.name, rank() OVER (ORDER BY ${rank}, length(c.relname) DESC) AS place
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace,
      LATERAL (SELECT '"' || replace(n.nspname, '"', '""') || '"', '"' || replace(c.relname, '"', '""') || '"') quoted (schema, name)
    WHERE c.relrowsecurity
      AND CASE WHEN c.relname ~ '^[[:alnum:]_]+$' THEN c.relname::text = ANY (regexp_split_to_array(SQLERRM, '[^[:alnum:]_]+'))
        ELSE strpos(SQLERRM, c.relname) > 0 END
      AND (row_security_active(c.oid) OR EXISTS (
        SELECT FROM pg_depend d
        JOIN pg_rewrite r ON r.oid = d.objid
        JOIN pg_class v ON v.oid = r.ev_class
        JOIN pg_roles o ON o.oid = v.relowner
        WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
          AND NOT o.rolsuper AND NOT o.rolbypassrls AND (c.relforcerowsecurity OR NOT pg_has_role(o.oid, c.relowner, 'USAGE'))
      ))
  ) found
  WHERE found.place = 1;
END IF;`;

/** In a handler: that refusal in words of ours, which a program can tell, or the error as it is. */
export const raiseFilteredOrSame = `IF filtering IS NOT NULL THEN
  RAISE EXCEPTION USING ERRCODE = SQLSTATE, MESSAGE = '${FILTERED_BY}' || filtering, DETAIL = SQLERRM;
END IF;
RAISE;`;
