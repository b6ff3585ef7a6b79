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
      PERFORM pgstream._refuse_unknown(SQLERRM);
      RAISE;
    WHEN syntax_error THEN
      -- The original has parsed the query by itself before it wraps it, and complains of what it found there.
      PERFORM pgstream._parse_alone(p_query);
      RAISE;
  END;
  PERFORM pgstream._refuse_untrackable(c.relname)
    FROM pgstream._trees(v_analysis -> 'tree') t, pgstream._relations(t.tree) r JOIN pg_class c ON c.oid = r.relid
   WHERE c.relpersistence = 't' OR c.relnamespace IN ('pg_catalog'::regnamespace, 'pg_toast'::regnamespace);
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

-- Steps 6 to 10. Gives the refresh mode: what AUTO comes to.
CREATE FUNCTION pgstream._settle_mode(p_query text, p_analysis jsonb, p_mode text) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  v_tree jsonb := p_analysis -> 'tree';
  v_problem text := pgstream._limit_problem(v_tree);
  v_volatility text;
BEGIN
  IF v_problem IS NULL THEN
    v_problem := coalesce(
      pgstream._text_problem(p_query),
      CASE WHEN EXISTS (SELECT FROM pgstream._trees(v_tree) t, pgstream._nodes(t.tree, 'TABLESAMPLECLAUSE')) THEN
        'TABLESAMPLE is not supported in defining queries. Stream tables materialize the complete result set; '
        'use a WHERE condition with random() if sampling is needed.' END,
      CASE WHEN p_mode <> 'FULL' THEN pgstream._source_problem(p_analysis -> 'sources') END);
    IF v_problem IS NOT NULL AND p_mode = 'AUTO' THEN
      RAISE WARNING '[pg_stream] Falling back to FULL refresh: unsupported operator for DIFFERENTIAL mode: %', v_problem;
      RETURN 'FULL';
    END IF;
  END IF;
  IF v_problem IS NULL AND p_mode <> 'FULL' THEN
    PERFORM pgstream._require_from(v_tree);
    v_volatility := pgstream._volatility(v_tree);
    IF v_volatility = 'v' THEN
      v_problem := 'Defining query contains volatile expressions (e.g., random(), clock_timestamp(), or custom volatile operators). '
        || pgstream._volatile_problem();
    ELSIF v_volatility = 's' THEN
      RAISE WARNING 'Defining query contains stable functions (e.g., now(), current_timestamp). These return the same value within a '
        'single refresh but may shift between refreshes. Delta computation is correct within each refresh cycle.';
    END IF;
  END IF;
  IF v_problem IS NOT NULL THEN
    RAISE EXCEPTION 'unsupported operator for DIFFERENTIAL mode: %', v_problem USING ERRCODE = pgstream._code('0A000');
  END IF;
  RETURN CASE p_mode WHEN 'AUTO' THEN 'DIFFERENTIAL' ELSE p_mode END;
END
$$;

-- Sources whose changes no trigger tells.
CREATE FUNCTION pgstream._source_problem(p_sources jsonb) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT CASE s ->> 'type'
      WHEN 'MATVIEW' THEN format('Materialized view ''%s.%s'' cannot be used as a source in DIFFERENTIAL mode. Materialized views are '
        'stale snapshots — CDC triggers cannot track REFRESH MATERIALIZED VIEW. Use the underlying query directly, or switch to '
        'FULL refresh mode.', n.nspname, c.relname)
      ELSE format('Foreign table ''%s.%s'' cannot be used as a source in DIFFERENTIAL mode. Row-level triggers cannot be created on '
        'foreign tables. Use FULL refresh mode instead.', n.nspname, c.relname)
    END
    FROM jsonb_array_elements(p_sources) s
    JOIN pg_class c ON c.oid = (s ->> 'relid')::oid JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE s ->> 'type' IN ('MATVIEW', 'FOREIGN_TABLE') LIMIT 1
$$;

CREATE FUNCTION pgstream._functions_used(p_tree jsonb) RETURNS text[]
LANGUAGE sql STABLE AS $$
  SELECT array_agg(DISTINCT p.proname::text ORDER BY p.proname::text)
    FROM pgstream._trees(p_tree) t, pgstream._functions(t.tree) f JOIN pg_proc p ON p.oid = f.function WHERE f.called_by_name
$$;
