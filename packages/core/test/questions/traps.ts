/**
 * A schema in which each function, operator, table and view of pg_catalog has a double that fails, and `text` is a type
 * without values. What cannot be written in PL/pgSQL is left out: aggregates, and functions of internal types.
 */
export const TRAPS_SQL = `
  CREATE SCHEMA traps;
  CREATE DOMAIN traps.text AS pg_catalog.text CONSTRAINT trapped CHECK (false);
  CREATE DOMAIN traps.oid AS pg_catalog.oid CONSTRAINT trapped CHECK (false);
  CREATE DOMAIN traps.name AS pg_catalog.name CONSTRAINT trapped CHECK (false);
  CREATE DOMAIN traps.regclass AS pg_catalog.regclass CONSTRAINT trapped CHECK (false);
  DO $$
  DECLARE
    made pg_catalog.text;
  BEGIN
    FOR made IN
      SELECT format('CREATE FUNCTION traps.%I(%s) RETURNS %s LANGUAGE plpgsql AS %L', p.proname,
        pg_get_function_identity_arguments(p.oid), p.prorettype::regtype, 'BEGIN RAISE EXCEPTION ''trapped by a function''; END')
      FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind = 'f' AND NOT p.proretset AND p.provariadic = 0
    UNION ALL
      SELECT format('CREATE OPERATOR traps.%s (FUNCTION = traps.%I, %s RIGHTARG = %s)', o.oprname, p.proname,
        CASE WHEN o.oprleft <> 0 THEN format('LEFTARG = %s,', o.oprleft::regtype) END, o.oprright::regtype)
      FROM pg_operator o JOIN pg_proc p ON p.oid = o.oprcode WHERE o.oprnamespace = 'pg_catalog'::regnamespace
    UNION ALL
      SELECT format('CREATE VIEW traps.%I AS SELECT 1 / (random() * 0)::int AS trapped', c.relname)
      FROM pg_class c WHERE c.relnamespace = 'pg_catalog'::regnamespace AND c.relkind IN ('r', 'v')
    LOOP
      BEGIN
        EXECUTE made;
      EXCEPTION WHEN OTHERS THEN
        NULL;
      END;
    END LOOP;
  END $$`;
