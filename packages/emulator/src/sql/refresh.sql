-- Refresh (contract A.5). No raw error is caught anywhere on the way: a PostgreSQL error leaves the session lock behind, as
-- the original does, and clients have to live with that.

-- TRUNCATE and INSERT. Gives the number of rows.
CREATE FUNCTION pgstream._fill(p_table pgstream.pgs_stream_tables) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  v_name text := pgstream._storage_name(p_table.pgs_schema, p_table.pgs_name);
  v_storage oid := v_name::regclass;
  v_identity jsonb := pgstream._stored_identity(v_storage);
  v_counted boolean := p_table.refresh_mode <> 'FULL' AND v_identity ->> 'count' IS NOT NULL;
  v_columns text;
  v_rows bigint;
BEGIN
  SELECT string_agg(format('s.%I', c), ', ') INTO v_columns
    FROM unnest('{__pgs_row_id}' || pgstream._visible_columns(v_storage)
      || CASE WHEN v_counted THEN pgstream._counters(v_identity) ELSE '{}' END) c;
  -- No column list: a table that was created FULL and has no `__pgs_count` fails here, as the original does.
  EXECUTE format('INSERT INTO %s SELECT %s FROM (%s) s WHERE %s', v_name, v_columns,
    pgstream._rows_sql(v_storage, p_table.defining_query, v_identity, v_counted),
    CASE WHEN v_counted THEN pgstream._arrival(v_identity) ELSE 'true' END);
  GET DIAGNOSTICS v_rows = ROW_COUNT;
  RETURN v_rows;
END
$$;

CREATE FUNCTION pgstream._has_user_triggers(p_storage oid) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT CASE pgstream._setting('user_triggers', 'auto') WHEN 'on' THEN true WHEN 'off' THEN false
    ELSE EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = p_storage AND NOT t.tgisinternal AND NOT pgstream._is_own_trigger(t.tgname)) END
$$;

-- FULL: everything anew, under ACCESS EXCLUSIVE. User triggers do not fire; a notification tells instead.
CREATE FUNCTION pgstream._refresh_full(p_table pgstream.pgs_stream_tables, p_say boolean) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  v_name text := pgstream._storage_name(p_table.pgs_schema, p_table.pgs_name);
  v_triggers name[];
  v_trigger name;
  v_suppress boolean;
  v_rows bigint;
BEGIN
  v_suppress := pgstream._has_user_triggers(to_regclass(v_name));
  IF v_suppress THEN
    -- Only those that are on, so that the ones a person has disabled stay so.
    SELECT array_agg(t.tgname) INTO v_triggers FROM pg_trigger t
     WHERE t.tgrelid = v_name::regclass AND NOT t.tgisinternal AND t.tgenabled = 'O' AND NOT pgstream._is_own_trigger(t.tgname);
    FOREACH v_trigger IN ARRAY coalesce(v_triggers, '{}') LOOP
      EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', v_name, v_trigger);
    END LOOP;
  END IF;
  EXECUTE 'TRUNCATE ' || v_name;
  v_rows := pgstream._fill(p_table);
  IF v_suppress THEN
    FOREACH v_trigger IN ARRAY coalesce(v_triggers, '{}') LOOP
      EXECUTE format('ALTER TABLE %s ENABLE TRIGGER %I', v_name, v_trigger);
    END LOOP;
    PERFORM pg_notify('pgstream_refresh', format('{"stream_table": "%s", "schema": "%s", "mode": "FULL"%s}',
      replace(p_table.pgs_name, '"', E'\\"'), replace(p_table.pgs_schema, '"', E'\\"'),
      CASE WHEN NOT p_say THEN ', "rows": ' || v_rows ELSE '' END));
    IF p_say THEN
      RAISE INFO 'pg_stream: FULL refresh of %.% with user triggers suppressed.', p_table.pgs_schema, p_table.pgs_name;
    END IF;
  END IF;
  RETURN v_rows;
END
$$;

-- DIFFERENTIAL: the query is run and only rows that differ are touched, so every query PostgreSQL can run is maintained rightly.
-- Gives the number of rows touched.
CREATE FUNCTION pgstream._merge(p_table pgstream.pgs_stream_tables) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  v_name text := pgstream._storage_name(p_table.pgs_schema, p_table.pgs_name);
  v_storage oid := v_name::regclass;
  v_identity jsonb := pgstream._stored_identity(v_storage);
  v_counted boolean := v_identity ->> 'count' IS NOT NULL;
  v_columns text[] := pgstream._visible_columns(v_storage) || CASE WHEN v_counted THEN pgstream._counters(v_identity) ELSE '{}' END;
  v_rows bigint;
BEGIN
  -- Compared by image: json has no equality, and 1.0 and 1.00 are not the same to a reader. A NULL id finds its row through
  -- coalesce, which can still be hashed.
  EXECUTE format(
    'MERGE INTO %1$s AS t USING (%2$s) AS s ON coalesce(t.__pgs_row_id, pgstream._row_id(0)) = coalesce(s.__pgs_row_id, pgstream._row_id(0))'
    ' WHEN NOT MATCHED AND %7$s THEN INSERT VALUES (s.__pgs_row_id, %3$s)'
    ' WHEN MATCHED AND ROW(%4$s)::record OPERATOR(pg_catalog.*<>) ROW(%5$s)::record THEN UPDATE SET %6$s'
    ' WHEN NOT MATCHED BY SOURCE THEN %8$s',
    v_name, pgstream._rows_sql(v_storage, p_table.defining_query, v_identity, v_counted),
    (SELECT string_agg(format('s.%I', c), ', ') FROM unnest(v_columns) c),
    (SELECT string_agg(format('t.%I', c), ', ') FROM unnest(v_columns) c),
    (SELECT string_agg(format('s.%I::%s', a.attname, format_type(a.atttypid, -1)), ', ' ORDER BY c.n)
       FROM unnest(v_columns) WITH ORDINALITY c (name, n) JOIN pg_attribute a ON a.attrelid = v_storage AND a.attname = c.name),
    (SELECT string_agg(format('%1$I = s.%1$I', c), ', ') FROM unnest(v_columns) c),
    pgstream._arrival(v_identity), pgstream._departure(v_identity));
  GET DIAGNOSTICS v_rows = ROW_COUNT;
  RETURN v_rows;
END
$$;

CREATE FUNCTION pgstream._complete(p_table pgstream.pgs_stream_tables, p_frontier jsonb, p_changed boolean) RETURNS void
LANGUAGE sql AS $$
  UPDATE pgstream.pgs_stream_tables s
     SET frontier = p_frontier || jsonb_build_object('changed',
           CASE WHEN p_changed THEN to_jsonb(clock_timestamp()) ELSE s.frontier -> 'changed' END),
         data_timestamp = CASE WHEN p_changed OR pgstream._always_moves_data_timestamp() THEN now() ELSE s.data_timestamp END,
         last_refresh_at = now(), status = 'ACTIVE', is_populated = true, consecutive_errors = 0,
         needs_reinit = false, updated_at = now()
   WHERE s.pgs_id = p_table.pgs_id
$$;

-- One refresh by the table's mode: what was done, the rows touched. `p_say` sends the lines that a manual refresh sends.
CREATE FUNCTION pgstream._refresh(p_table pgstream.pgs_stream_tables, p_say boolean, OUT full_done boolean, OUT rows_touched bigint)
LANGUAGE plpgsql AS $$
DECLARE
  v_frontier jsonb;
  v_begun timestamptz := clock_timestamp();
BEGIN
  PERFORM pgstream._begin_fill(p_table, p_say);
  full_done := p_table.refresh_mode <> 'DIFFERENTIAL';
  rows_touched := 0;
  IF NOT full_done AND (p_table.frontier IS NULL
      -- A table whose sources are all stream tables has no positions to compare.
      OR p_say AND p_table.frontier -> 'sources' = '{}' AND NOT pgstream._follows_stream_tables()) THEN
    full_done := true;
    IF p_say AND (p_table.frontier IS NULL OR NOT pgstream._tells_positions_from_none()) THEN
      RAISE INFO 'Stream table %.%: no previous frontier, performing FULL refresh first', p_table.pgs_schema, p_table.pgs_name;
    END IF;
  END IF;
  IF NOT full_done AND has_table_privilege('pgstream.pgs_stream_tables', 'UPDATE') THEN
    -- The session lock is free again before its holder has committed: wait for that, or the rows that it inserted would be
    -- inserted once more. A role that may not do this fails at the storage, as it should.
    SELECT s.* INTO p_table FROM pgstream.pgs_stream_tables s WHERE s.pgs_id = p_table.pgs_id FOR UPDATE;
  END IF;
  v_frontier := pgstream._frontier_now(p_table.pgs_id);
  IF full_done THEN
    rows_touched := pgstream._refresh_full(p_table, p_say);
    UPDATE pgstream.pgs_stream_tables s SET last_full_ms = extract(epoch FROM clock_timestamp() - v_begun) * 1000
     WHERE s.pgs_id = p_table.pgs_id;
  ELSE
    PERFORM pgstream._clean_consumed_changes();
    IF pgstream._has_changes(p_table.frontier, v_frontier) THEN
      rows_touched := pgstream._merge(p_table);
      PERFORM pgstream._enqueue_cleanup(v_frontier);
    END IF;
  END IF;
  PERFORM pgstream._complete(p_table, v_frontier, full_done OR rows_touched > 0);
  PERFORM pgstream._end_fill(p_table);
END
$$;

