-- What PostgreSQL itself says about a defining query: it is analysed by being run for no rows and by being, for the length of
-- the call, a temporary view.

-- Runs the query as the original does, read-only, so that PostgreSQL's own errors come with their own codes, and gives the
-- names of its columns in order, repeated ones too.
CREATE FUNCTION pgstream._column_names(p_query text) RETURNS text[]
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_row json;
BEGIN
  EXECUTE 'SELECT * FROM (' || p_query || ') sub LIMIT 0';
  -- One row of NULLs, whole. Its name is not one that a column would have: a column's would be taken first.
  EXECUTE 'SELECT to_json(__pgs_row) FROM (SELECT sub.* FROM (VALUES (1)) AS one LEFT JOIN (SELECT * FROM (' || p_query
    || ') q LIMIT 0) sub ON true) __pgs_row' INTO v_row;
  RETURN ARRAY(SELECT k FROM json_object_keys(v_row) WITH ORDINALITY AS keys (k, n) ORDER BY n);
END
$$;

-- {"tree": the analysed query, "columns": [{"name", "type"}]}
CREATE FUNCTION pgstream._analyse(p_query text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_names text[] := pgstream._column_names(p_query);
  v_view oid;
  v_analysis jsonb;
BEGIN
  -- The columns get names of ours: a view refuses the repeated ones, which are to be refused later, by CREATE TABLE.
  EXECUTE format('CREATE TEMPORARY VIEW __pgs_query (%s) AS %s',
    (SELECT string_agg('c' || n, ', ' ORDER BY n) FROM generate_subscripts(v_names, 1) n), p_query);
  v_view := 'pg_temp.__pgs_query'::regclass;
  SELECT jsonb_build_object('tree', pgstream._view_tree(v_view), 'columns',
      jsonb_agg(jsonb_build_object('name', v_names[a.attnum], 'type', format_type(a.atttypid, NULL)) ORDER BY a.attnum))
    INTO v_analysis
    FROM pg_attribute a WHERE a.attrelid = v_view AND a.attnum > 0;
  DROP VIEW pg_temp.__pgs_query;
  RETURN v_analysis;
END
$$;

-- The relations that a query names itself, at any depth.
CREATE FUNCTION pgstream._relations(p_tree jsonb) RETURNS TABLE (relid oid, relkind "char")
LANGUAGE sql STABLE AS $$
  SELECT DISTINCT c.oid, c.relkind
    FROM pgstream._nodes(p_tree, 'RANGETBLENTRY') e
    JOIN pg_class c ON c.oid = (e -> 'relid' ->> 0)::oid
   WHERE e -> 'rtekind' ->> 0 = '0'
$$;

-- The trees of a query and of all views below it: [{"view": oid or null, "tree"}].
CREATE FUNCTION pgstream._trees(p_tree jsonb) RETURNS TABLE (view oid, tree jsonb)
LANGUAGE sql STABLE AS $$
  WITH RECURSIVE reached AS (
    SELECT r.relid FROM pgstream._relations(p_tree) r WHERE r.relkind = 'v'
    UNION
    SELECT r.relid FROM reached v, pgstream._relations(pgstream._view_tree(v.relid)) r WHERE r.relkind = 'v'
  )
  SELECT NULL::oid, p_tree UNION ALL SELECT v.relid, pgstream._view_tree(v.relid) FROM reached v
$$;

-- Functions that a query calls, itself or through operators, with the kind of node that calls them.
CREATE FUNCTION pgstream._functions(p_tree jsonb) RETURNS TABLE (function oid, called_by_name boolean)
LANGUAGE sql STABLE AS $$
  SELECT (f -> 'funcid' ->> 0)::oid, f -> 'funcformat' ->> 0 = '0' FROM pgstream._nodes(p_tree, 'FUNCEXPR') f
  UNION SELECT (f -> 'aggfnoid' ->> 0)::oid, true FROM pgstream._nodes(p_tree, 'AGGREF') f
  UNION SELECT (f -> 'winfnoid' ->> 0)::oid, true FROM pgstream._nodes(p_tree, 'WINDOWFUNC') f
  UNION SELECT o.oprcode, false FROM pg_operator o WHERE o.oid IN (
    SELECT (f -> 'opno' ->> 0)::oid
      FROM unnest(ARRAY['OPEXPR', 'DISTINCTEXPR', 'NULLIFEXPR', 'SCALARARRAYOPEXPR']) k, pgstream._nodes(p_tree, k) f)
$$;

-- 'v', 's' or 'i': the least steady thing in the query and its views.
CREATE FUNCTION pgstream._volatility(p_tree jsonb) RETURNS text
LANGUAGE sql STABLE AS $$
  -- The letters happen to be in this order.
  SELECT coalesce(max(v), 'i') FROM (
    SELECT p.provolatile::text AS v FROM pgstream._trees(p_tree) t, pgstream._functions(t.tree) f JOIN pg_proc p ON p.oid = f.function
    UNION ALL SELECT 's' FROM pgstream._trees(p_tree) t, pgstream._nodes(t.tree, 'SQLVALUEFUNCTION')
    UNION ALL SELECT 'v' FROM pgstream._trees(p_tree) t, pgstream._nodes(t.tree, 'NEXTVALUEEXPR')) x
$$;
