-- create_stream_table (contract A.1). The order of the checks is part of the contract: which of two faults a caller hears of.

-- INCREMENTAL is another word for DIFFERENTIAL in create; alter stores it as it stands and meets the catalog's constraint.
CREATE FUNCTION pgstream._refresh_mode(p_mode text, p_alias boolean) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
  v_mode text := upper(p_mode);
BEGIN
  IF v_mode <> ALL (pgstream._refresh_modes() || '{INCREMENTAL}'::text[]) THEN
    RAISE EXCEPTION 'invalid argument: unknown refresh mode: %. Must be %', v_mode, pgstream._refresh_modes_in_words() USING ERRCODE = pgstream._code('22023');
  END IF;
  RETURN CASE WHEN p_alias AND v_mode = 'INCREMENTAL' THEN 'DIFFERENTIAL' ELSE v_mode END;
END
$$;

CREATE FUNCTION pgstream._create(p_name text, p_query text, p_schedule text, p_mode text, p_initialize boolean) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  v_schema text;
  v_name text;
  v_analysis jsonb;
  v_query text;
  v_mode text;
  v_identity jsonb;
  v_frontier jsonb;
  v_table pgstream.pgs_stream_tables;
BEGIN
  SELECT n.schema_name, n.table_name INTO v_schema, v_name
    FROM pgstream._split_name(p_name, coalesce(current_schema(), 'public')) n;
  PERFORM pgstream._check_schedule(p_schedule);
  PERFORM pgstream._refuse_text(p_query);

  v_analysis := pgstream._analyse_defining_query(pgstream._analysable(p_query));
  v_query := CASE pgstream._analysable(p_query) WHEN p_query THEN pgstream._inline_views(p_query, v_analysis) ELSE p_query END;
  IF v_query <> p_query THEN
    v_analysis := pgstream._analyse(v_query) || jsonb_build_object('sources', v_analysis -> 'sources');
  END IF;
  v_mode := pgstream._settle_mode(p_query, v_analysis, p_mode);

  IF EXISTS (SELECT FROM pgstream.pgs_stream_tables s WHERE s.pgs_schema = v_schema AND s.pgs_name = v_name) THEN
    RAISE EXCEPTION 'stream table already exists: %.%', v_schema, v_name USING ERRCODE = pgstream._code('42P07');
  END IF;
  IF NOT EXISTS (SELECT FROM jsonb_array_elements(v_analysis -> 'sources') s WHERE s ->> 'type' <> 'VIEW') THEN
    RAISE EXCEPTION 'query parse error: Defining query references no tables' USING ERRCODE = pgstream._code('42000');
  END IF;

  PERFORM pgstream._authorise_create(v_schema, v_analysis -> 'sources');

  v_identity := pgstream._row_identity(v_analysis);
  v_identity := pgstream._with_counters(v_query, v_identity, v_analysis -> 'columns');
  PERFORM pgstream._create_storage(v_schema, v_name, v_analysis -> 'columns', v_identity, v_mode);

  INSERT INTO pgstream.pgs_stream_tables
    (pgs_relid, pgs_name, pgs_schema, defining_query, original_query, schedule, refresh_mode, functions_used)
  VALUES (
    pgstream._read_back(v_schema, v_name)::regclass, v_name, v_schema, v_query, CASE WHEN v_query <> p_query THEN p_query END,
    p_schedule, v_mode, CASE WHEN v_mode <> 'FULL' THEN pgstream._functions_used(v_analysis -> 'tree') END)
  RETURNING * INTO v_table;
  PERFORM pgstream._record_sources(v_table.pgs_id, v_mode, v_analysis -> 'sources');

  IF p_initialize THEN
    PERFORM pgstream._begin_fill(v_table, true);
    v_frontier := pgstream._initial_frontier(v_table.pgs_id);
    PERFORM pgstream._fill(v_table);
    PERFORM pgstream._end_fill(v_table);
    UPDATE pgstream.pgs_stream_tables s
       SET frontier = v_frontier, status = 'ACTIVE', is_populated = true, data_timestamp = now(), last_refresh_at = now(), updated_at = now()
     WHERE s.pgs_id = v_table.pgs_id;
    PERFORM pgstream._record_initial_fill(v_table.pgs_id);
  END IF;
  RAISE INFO 'Stream table %.% created (pgs_id=%, mode=%, initialized=%)', v_schema, v_name, v_table.pgs_id, v_mode, p_initialize::text;
  RETURN v_table.pgs_id;
END
$$;

-- The identity with the counters that the storage table has: what the original counts, if the query's text allows to ask for it.
CREATE FUNCTION pgstream._with_counters(p_query text, p_identity jsonb, p_columns jsonb) RETURNS jsonb
LANGUAGE plpgsql AS $$
DECLARE
  v_identity jsonb := pgstream._counting(p_identity);
  v_names text[] := ARRAY(SELECT c ->> 'name' FROM jsonb_array_elements(p_columns) WITH ORDINALITY x (c, n) ORDER BY n);
  v_counters jsonb;
BEGIN
  IF v_identity ->> 'by' = 'all' THEN
    v_identity := v_identity || jsonb_build_object('columns', v_names);
  END IF;
  IF v_identity ->> 'count' IS NULL THEN
    RETURN v_identity || '{"counters": []}';
  END IF;
  SELECT jsonb_agg(c) INTO v_counters
    FROM jsonb_array_elements(pgstream._analyse(pgstream._counted_query(p_query, v_identity ->> 'count', v_names)) -> 'columns')
      WITH ORDINALITY x (c, n) WHERE n > cardinality(v_names);
  RETURN v_identity || jsonb_build_object('counters', v_counters);
EXCEPTION WHEN syntax_error_or_access_rule_violation OR null_value_not_allowed THEN
  RETURN p_identity || '{"count": "one", "counters": [{"name": "__pgs_count", "type": "bigint"}]}';
END
$$;

CREATE FUNCTION pgstream._record_sources(p_pgs_id bigint, p_mode text, p_sources jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_source oid;
BEGIN
  INSERT INTO pgstream.pgs_dependencies (pgs_id, source_relid, source_type, columns_used, column_snapshot, schema_fingerprint)
  SELECT p_pgs_id, (s ->> 'relid')::oid, s ->> 'type',
         CASE WHEN p_mode <> 'FULL' AND s ->> 'type' <> 'VIEW'
              THEN ARRAY(SELECT c ->> 'name' FROM jsonb_array_elements(k.snapshot) c ORDER BY 1) END,
         k.snapshot, k.fingerprint
    FROM jsonb_array_elements(p_sources) s, LATERAL pgstream._column_snapshot((s ->> 'relid')::oid) k;
  FOR v_source IN SELECT (s ->> 'relid')::oid FROM jsonb_array_elements(p_sources) s WHERE s ->> 'type' = 'TABLE' ORDER BY 1 LOOP
    PERFORM pgstream._start_capture(v_source, p_pgs_id);
  END LOOP;
END
$$;
