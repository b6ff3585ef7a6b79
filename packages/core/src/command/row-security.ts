/**
 * A query under row security policies gives the rows that its role may see, and a stream table is for everybody: with
 * this setting PostgreSQL refuses such a query, as it does for pg_dump. A command that fails undoes it by itself.
 */
export const refuseFilteredRows = "PERFORM pg_catalog.set_config('row_security', 'off', true);";

/** The caller's setting, where it has to be put back: see {@link putRowSecurityBack}. */
export const keptRowSecurity = "kept_row_security CONSTANT text := pg_catalog.current_setting('row_security');";

export const putRowSecurityBack = "PERFORM pg_catalog.set_config('row_security', kept_row_security, true);";
