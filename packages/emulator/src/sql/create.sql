-- create_stream_table (contract A.1). The order of the checks is part of the contract: which of two faults a caller hears of.

CREATE FUNCTION pgstream.create_stream_table(
  name text, query text, schedule text DEFAULT '1m', refresh_mode text DEFAULT 'DIFFERENTIAL', initialize boolean DEFAULT true
) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
BEGIN
  PERFORM pgstream._refuse_null(0, name IS NULL);
  PERFORM pgstream._refuse_null(1, query IS NULL);
  PERFORM pgstream._refuse_null(3, refresh_mode IS NULL);
  PERFORM pgstream._refuse_null(4, initialize IS NULL);
  PERFORM pgstream._create(name, query, schedule, pgstream._refresh_mode(refresh_mode, true), initialize);
END
$$;

-- INCREMENTAL is another word for DIFFERENTIAL in create; alter stores it as it stands and meets the catalog's constraint.
CREATE FUNCTION pgstream._refresh_mode(p_mode text, p_alias boolean) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
  v_mode text := upper(p_mode);
BEGIN
  IF v_mode NOT IN ('FULL', 'DIFFERENTIAL', 'INCREMENTAL') THEN
    RAISE EXCEPTION 'invalid argument: unknown refresh mode: %. Must be ''FULL'' or ''DIFFERENTIAL''', v_mode USING ERRCODE = 'XX000';
  END IF;
  RETURN CASE WHEN p_alias AND v_mode = 'INCREMENTAL' THEN 'DIFFERENTIAL' ELSE v_mode END;
END
$$;

CREATE FUNCTION pgstream._create(p_name text, p_query text, p_schedule text, p_mode text, p_initialize boolean) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_schema text;
  v_name text;
  v_analysis jsonb;
  v_query text;
  v_identity jsonb;
  v_table pgstream.pgs_stream_tables;
BEGIN
  SELECT n.schema_name, n.table_name INTO v_schema, v_name
    FROM pgstream._split_name(p_name, coalesce(current_schema(), 'public')) n;
  PERFORM pgstream._check_schedule(p_schedule);

  v_analysis := pgstream._analyse_defining_query(p_query);
  v_query := pgstream._inline_views(p_query, v_analysis);
  IF v_query <> p_query THEN
    v_analysis := pgstream._analyse(v_query) || jsonb_build_object('sources', v_analysis -> 'sources');
  END IF;
  PERFORM pgstream._refuse_query(v_analysis, p_mode);

  IF EXISTS (SELECT FROM pgstream.pgs_stream_tables s WHERE s.pgs_schema = v_schema AND s.pgs_name = v_name) THEN
    RAISE EXCEPTION 'stream table already exists: %.%', v_schema, v_name USING ERRCODE = 'XX000';
  END IF;
  IF NOT EXISTS (SELECT FROM jsonb_array_elements(v_analysis -> 'sources') s WHERE s ->> 'type' <> 'VIEW') THEN
    RAISE EXCEPTION 'query parse error: Defining query references no tables' USING ERRCODE = 'XX000';
  END IF;

  v_identity := pgstream._row_identity(v_analysis);
  v_identity := v_identity || jsonb_build_object('count', pgstream._countable(v_query, v_identity, v_analysis -> 'columns'));
  PERFORM pgstream._create_storage(v_schema, v_name, v_analysis -> 'columns', v_identity, p_mode);

  INSERT INTO pgstream.pgs_stream_tables (pgs_relid, pgs_name, pgs_schema, defining_query, original_query, schedule, refresh_mode, functions_used)
  VALUES (
    -- Read back without quotes, which folds its case: the original's trap with mixed-case names.
    (v_schema || '.' || v_name)::regclass, v_name, v_schema, v_query, CASE WHEN v_query <> p_query THEN p_query END,
    p_schedule, p_mode, CASE p_mode WHEN 'DIFFERENTIAL' THEN pgstream._functions_used(v_analysis -> 'tree') END)
  RETURNING * INTO v_table;
  PERFORM pgstream._record_sources(v_table.pgs_id, p_mode, v_analysis -> 'sources');

  IF p_initialize THEN
    PERFORM pgstream._fill(v_table);
    -- No frontier: the first refresh recomputes everything.
    UPDATE pgstream.pgs_stream_tables s
       SET status = 'ACTIVE', is_populated = true, data_timestamp = now(), last_refresh_at = now(), updated_at = now()
     WHERE s.pgs_id = v_table.pgs_id;
  END IF;
  RAISE INFO 'Stream table %.% created (pgs_id=%, mode=%, initialized=%)', v_schema, v_name, v_table.pgs_id, p_mode, p_initialize::text;
END
$$;

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
      IF SQLERRM ~ '"[^"]*\.[^"]*"' THEN
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
  IF p_query ~ '\S' THEN
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

-- Steps 6 to 10: what may not be in a defining query.
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
      FROM jsonb_array_elements(p_analysis -> 'sources') s JOIN pg_class c ON c.oid = (s ->> 'relid')::oid JOIN pg_namespace n ON n.oid = c.relnamespace
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
    RAISE EXCEPTION 'unsupported operator for DIFFERENTIAL mode: %', v_problem USING ERRCODE = 'XX000';
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
    RAISE EXCEPTION 'query parse error: Defining query must have a FROM clause (op=0, all=false, larg_null=true, rarg_null=true, target_len=%, where_null=%)',
      CASE WHEN v_values THEN 0 ELSE jsonb_array_length(pgstream._field(p_query, 'targetList')) END,
      (pgstream._field(pgstream._field(p_query, 'jointree'), 'quals') IS NULL)::text
      USING ERRCODE = 'XX000';
  END IF;
END
$$;

CREATE FUNCTION pgstream._functions_used(p_tree jsonb) RETURNS text[]
LANGUAGE sql STABLE AS $$
  SELECT array_agg(DISTINCT p.proname::text ORDER BY p.proname::text)
    FROM pgstream._trees(p_tree) t, pgstream._functions(t.tree) f JOIN pg_proc p ON p.oid = f.function WHERE f.called_by_name
$$;

-- What `__pgs_count` can count: what the identity says, if the query's text allows to ask for it.
CREATE FUNCTION pgstream._countable(p_query text, p_identity jsonb, p_columns jsonb) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  v_count text := p_identity ->> 'count';
  v_counted text;
BEGIN
  IF v_count IN ('aggregate', 'distinct') THEN
    v_counted := pgstream._counted_query(p_query, v_count, ARRAY(SELECT c ->> 'name' FROM jsonb_array_elements(p_columns) WITH ORDINALITY x (c, n) ORDER BY n));
    EXECUTE 'SELECT __pgs_count FROM (' || v_counted || ') sub LIMIT 0';
  END IF;
  RETURN v_count;
EXCEPTION WHEN syntax_error_or_access_rule_violation OR null_value_not_allowed THEN
  RETURN 'one';
END
$$;

CREATE FUNCTION pgstream._record_sources(p_pgs_id bigint, p_mode text, p_sources jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_source oid;
BEGIN
  INSERT INTO pgstream.pgs_dependencies (pgs_id, source_relid, source_type, columns_used, column_snapshot, schema_fingerprint)
  SELECT p_pgs_id, (s ->> 'relid')::oid, s ->> 'type',
         CASE WHEN p_mode = 'DIFFERENTIAL' AND s ->> 'type' <> 'VIEW' THEN ARRAY(SELECT c ->> 'name' FROM jsonb_array_elements(k.snapshot) c ORDER BY 1) END,
         k.snapshot, k.fingerprint
    FROM jsonb_array_elements(p_sources) s, LATERAL pgstream._column_snapshot((s ->> 'relid')::oid) k;
  FOR v_source IN SELECT (s ->> 'relid')::oid FROM jsonb_array_elements(p_sources) s WHERE s ->> 'type' = 'TABLE' ORDER BY 1 LOOP
    PERFORM pgstream._start_capture(v_source, p_pgs_id);
  END LOOP;
END
$$;
