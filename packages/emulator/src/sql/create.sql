-- create_stream_table (contract A.1). The order of the checks is part of the contract: which of two faults a caller hears of.

-- INCREMENTAL is another word for DIFFERENTIAL in create; alter stores it as it stands and meets the catalog's constraint.
CREATE FUNCTION pgstream._refresh_mode(p_mode text, p_alias boolean) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT AS $$
DECLARE
  v_mode text := upper(p_mode);
BEGIN
  IF v_mode NOT IN ('FULL', 'DIFFERENTIAL', 'INCREMENTAL') THEN
    RAISE EXCEPTION 'invalid argument: unknown refresh mode: %. Must be ''FULL'' or ''DIFFERENTIAL''', v_mode USING ERRCODE = pgstream._code('22023');
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
  v_identity jsonb;
  v_frontier jsonb;
  v_table pgstream.pgs_stream_tables;
BEGIN
  SELECT n.schema_name, n.table_name INTO v_schema, v_name
    FROM pgstream._split_name(p_name, coalesce(current_schema(), 'public')) n;
  PERFORM pgstream._check_schedule(p_schedule);
  PERFORM pgstream._refuse_letters(p_query);

  v_analysis := pgstream._analyse_defining_query(p_query);
  v_query := pgstream._inline_views(p_query, v_analysis);
  IF v_query <> p_query THEN
    v_analysis := pgstream._analyse(v_query) || jsonb_build_object('sources', v_analysis -> 'sources');
  END IF;
  PERFORM pgstream._refuse_query(v_analysis, p_mode);

  IF EXISTS (SELECT FROM pgstream.pgs_stream_tables s WHERE s.pgs_schema = v_schema AND s.pgs_name = v_name) THEN
    RAISE EXCEPTION 'stream table already exists: %.%', v_schema, v_name USING ERRCODE = pgstream._code('42P07');
  END IF;
  IF NOT EXISTS (SELECT FROM jsonb_array_elements(v_analysis -> 'sources') s WHERE s ->> 'type' <> 'VIEW') THEN
    RAISE EXCEPTION 'query parse error: Defining query references no tables' USING ERRCODE = pgstream._code('42000');
  END IF;

  PERFORM pgstream._authorise_create(v_schema, v_analysis -> 'sources');

  v_identity := pgstream._row_identity(v_analysis);
  v_identity := v_identity || jsonb_build_object('count', pgstream._countable(v_query, v_identity, v_analysis -> 'columns'));
  PERFORM pgstream._create_storage(v_schema, v_name, v_analysis -> 'columns', v_identity, p_mode);

  INSERT INTO pgstream.pgs_stream_tables
    (pgs_relid, pgs_name, pgs_schema, defining_query, original_query, schedule, refresh_mode, functions_used)
  VALUES (
    pgstream._read_back(v_schema, v_name)::regclass, v_name, v_schema, v_query, CASE WHEN v_query <> p_query THEN p_query END,
    p_schedule, p_mode, CASE p_mode WHEN 'DIFFERENTIAL' THEN pgstream._functions_used(v_analysis -> 'tree') END)
  RETURNING * INTO v_table;
  PERFORM pgstream._record_sources(v_table.pgs_id, p_mode, v_analysis -> 'sources');

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
  RAISE INFO 'Stream table %.% created (pgs_id=%, mode=%, initialized=%)', v_schema, v_name, v_table.pgs_id, p_mode, p_initialize::text;
  RETURN v_table.pgs_id;
END
$$;

-- The original cuts the text by bytes, and stumbles over the first letter that is more than one, in a name, literal or comment.
CREATE FUNCTION pgstream._refuse_letters(p_query text) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF octet_length(p_query) <> length(p_query) THEN
    RAISE EXCEPTION 'end byte index % is not a char boundary', length((regexp_match(p_query, E'^[\\u0001-\\u007f]*'))[1]) + 1
      USING ERRCODE = 'XX000';
  END IF;
END
$$;

-- What `__pgs_count` can count: what the identity says, if the query's text allows to ask for it.
CREATE FUNCTION pgstream._countable(p_query text, p_identity jsonb, p_columns jsonb) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  v_count text := p_identity ->> 'count';
  v_counted text;
BEGIN
  IF v_count IN ('aggregate', 'distinct') THEN
    v_counted := pgstream._counted_query(p_query, v_count,
      ARRAY(SELECT c ->> 'name' FROM jsonb_array_elements(p_columns) WITH ORDINALITY x (c, n) ORDER BY n));
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
         CASE WHEN p_mode = 'DIFFERENTIAL' AND s ->> 'type' <> 'VIEW'
              THEN ARRAY(SELECT c ->> 'name' FROM jsonb_array_elements(k.snapshot) c ORDER BY 1) END,
         k.snapshot, k.fingerprint
    FROM jsonb_array_elements(p_sources) s, LATERAL pgstream._column_snapshot((s ->> 'relid')::oid) k;
  FOR v_source IN SELECT (s ->> 'relid')::oid FROM jsonb_array_elements(p_sources) s WHERE s ->> 'type' = 'TABLE' ORDER BY 1 LOOP
    PERFORM pgstream._start_capture(v_source, p_pgs_id);
  END LOOP;
END
$$;
