-- What a defining query is built on, and what may not be in it (contract A.1, steps 4 to 10).

-- The analysis with its sources: [{"relid", "type"}], views and what lies below them.
CREATE FUNCTION pgstream._analyse_defining_query(p_query text) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_analysis jsonb;
  v_sources jsonb;
BEGIN
  BEGIN
    v_analysis := pgstream._analyse(p_query);
  EXCEPTION
    WHEN undefined_table THEN
      -- The original looks up a qualified name itself, before PostgreSQL does, and stumbles over the empty answer.
      IF SQLERRM ~ E'"[^"]*\\.[^"]*"' THEN
        PERFORM pgstream._raise_empty_lookup();
      END IF;
      RAISE;
    WHEN syntax_error THEN
      -- The original has parsed the query by itself before it wraps it, and complains of what it found there.
      PERFORM pgstream._parse_alone(p_query);
      RAISE;
  END;
  -- The same empty answer comes for system catalogs and temporary tables.
  IF EXISTS (
      SELECT FROM pgstream._trees(v_analysis -> 'tree') t, pgstream._relations(t.tree) r JOIN pg_class c ON c.oid = r.relid
       WHERE c.relpersistence = 't' OR c.relnamespace IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace)) THEN
    PERFORM pgstream._raise_empty_lookup();
  END IF;
  SELECT coalesce(jsonb_agg(jsonb_build_object('relid', s.relid, 'type', s.type) ORDER BY s.relid), '[]') INTO v_sources
    FROM (SELECT DISTINCT r.relid, CASE
              WHEN r.relkind = 'v' THEN 'VIEW'
              WHEN r.relkind = 'm' THEN 'MATVIEW'
              WHEN r.relkind = 'f' THEN 'FOREIGN_TABLE'
              WHEN EXISTS (SELECT FROM pgstream.pgs_stream_tables u WHERE u.pgs_relid = r.relid) THEN 'STREAM_TABLE'
              ELSE 'TABLE' END AS type
            FROM pgstream._trees(v_analysis -> 'tree') t, pgstream._relations(t.tree) r) s;
  RETURN v_analysis || jsonb_build_object('sources', v_sources);
END
$$;

-- Raises if the query by itself is no SQL. It goes no further than the parser: EXPLAIN is not allowed in a function that is not volatile.
CREATE FUNCTION pgstream._parse_alone(p_query text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF p_query ~ E'\\S' THEN
    EXECUTE 'EXPLAIN ' || p_query;
  END IF;
EXCEPTION WHEN feature_not_supported THEN
  NULL;
END
$$;

CREATE FUNCTION pgstream._raise_empty_lookup() RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'SPI error: SpiTupleTable positioned before the start or after the end' USING ERRCODE = 'XX000';
END
$$;

-- Steps 6 to 10.
CREATE FUNCTION pgstream._refuse_query(p_analysis jsonb, p_mode text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_query jsonb := p_analysis -> 'tree';
  v_problem text;
  v_volatility text;
BEGIN
  SELECT CASE
      WHEN pgstream._field(v_query, 'limitCount') IS NOT NULL THEN
        'LIMIT is not supported in defining queries. Stream tables materialize the full result set.'
      WHEN pgstream._field(v_query, 'limitOffset') IS NOT NULL THEN
        'OFFSET is not supported in defining queries. Stream tables materialize the full result set.'
      WHEN EXISTS (SELECT FROM pgstream._trees(v_query) t, pgstream._nodes(t.tree, 'TABLESAMPLECLAUSE')) THEN
        'TABLESAMPLE is not supported in defining queries. Stream tables materialize the complete result set; '
        'use a WHERE condition with random() if sampling is needed.'
    END INTO v_problem;
  IF v_problem IS NULL AND p_mode = 'DIFFERENTIAL' THEN
    SELECT CASE s ->> 'type'
        WHEN 'MATVIEW' THEN format('Materialized view ''%s.%s'' cannot be used as a source in DIFFERENTIAL mode. Materialized views are '
          'stale snapshots — CDC triggers cannot track REFRESH MATERIALIZED VIEW. Use the underlying query directly, or switch to '
          'FULL refresh mode.', n.nspname, c.relname)
        ELSE format('Foreign table ''%s.%s'' cannot be used as a source in DIFFERENTIAL mode. Row-level triggers cannot be created on '
          'foreign tables. Use FULL refresh mode instead.', n.nspname, c.relname)
      END INTO v_problem
      FROM jsonb_array_elements(p_analysis -> 'sources') s
      JOIN pg_class c ON c.oid = (s ->> 'relid')::oid JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE s ->> 'type' IN ('MATVIEW', 'FOREIGN_TABLE') LIMIT 1;
    IF v_problem IS NULL THEN
      PERFORM pgstream._require_from(v_query);
      v_volatility := pgstream._volatility(v_query);
      IF v_volatility = 'v' THEN
        v_problem := 'Defining query contains volatile expressions (e.g., random(), clock_timestamp(), or custom volatile operators). '
          'Volatile functions and operators are not supported in DIFFERENTIAL mode because they produce different values on each '
          'evaluation, breaking delta computation. Use FULL refresh mode instead, or replace with a deterministic alternative.';
      ELSIF v_volatility = 's' THEN
        RAISE WARNING 'Defining query contains stable functions (e.g., now(), current_timestamp). These return the same value within a '
          'single refresh but may shift between refreshes. Delta computation is correct within each refresh cycle.';
      END IF;
    END IF;
  END IF;
  IF v_problem IS NOT NULL THEN
    RAISE EXCEPTION 'unsupported operator for DIFFERENTIAL mode: %', v_problem USING ERRCODE = pgstream._code('0A000');
  END IF;
END
$$;

CREATE FUNCTION pgstream._require_from(p_query jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_from jsonb := pgstream._field(pgstream._field(p_query, 'jointree'), 'fromlist');
  v_values boolean;
BEGIN
  IF pgstream._field(p_query, 'setOperations') IS NOT NULL THEN
    RETURN;
  END IF;
  -- A bare VALUES has no FROM either, and no target list.
  v_values := jsonb_array_length(v_from) = 1 AND pgstream._field(p_query, 'rtable') -> 0 -> 'rtekind' ->> 0 = '5';
  IF v_from IS NULL OR v_values THEN
    RAISE EXCEPTION 'query parse error: Defining query must have a FROM clause '
      '(op=0, all=false, larg_null=true, rarg_null=true, target_len=%, where_null=%)',
      CASE WHEN v_values THEN 0 ELSE jsonb_array_length(pgstream._field(p_query, 'targetList')) END,
      (pgstream._field(pgstream._field(p_query, 'jointree'), 'quals') IS NULL)::text
      USING ERRCODE = pgstream._code('42000');
  END IF;
END
$$;

CREATE FUNCTION pgstream._functions_used(p_tree jsonb) RETURNS text[]
LANGUAGE sql STABLE AS $$
  SELECT array_agg(DISTINCT p.proname::text ORDER BY p.proname::text)
    FROM pgstream._trees(p_tree) t, pgstream._functions(t.tree) f JOIN pg_proc p ON p.oid = f.function WHERE f.called_by_name
$$;
