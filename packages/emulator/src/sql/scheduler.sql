-- What a scheduler outside calls. The original's is a background worker; SQL has none. History is written here and nowhere else.

-- ACTIVE stream tables that may have to be refreshed, upstream first. `is_due` is NULL where a cron expression decides.
CREATE FUNCTION pgstream._scheduler_due()
RETURNS TABLE (pgs_id bigint, pgs_schema text, pgs_name text, schedule text, is_cron boolean, last_refresh_at timestamptz, is_due boolean)
LANGUAGE sql AS $$
  WITH RECURSIVE depth AS (
    SELECT s.pgs_id, 0 AS level FROM pgstream.pgs_stream_tables s
    UNION
    SELECT d.pgs_id, depth.level + 1
      FROM depth JOIN pgstream.pgs_stream_tables u ON u.pgs_id = depth.pgs_id
      JOIN pgstream.pgs_dependencies d ON d.source_relid = u.pgs_relid AND d.source_type = 'STREAM_TABLE'
     WHERE depth.level < 100
  )
  SELECT s.pgs_id, s.pgs_schema, s.pgs_name, s.schedule, coalesce(pgstream._is_cron(s.schedule), false), s.last_refresh_at,
         CASE WHEN s.needs_reinit OR NOT s.is_populated OR s.schedule IS NULL THEN true
              WHEN pgstream._is_cron(s.schedule) THEN NULL
              ELSE clock_timestamp() - s.last_refresh_at >= make_interval(secs => pgstream.parse_duration_seconds(s.schedule)) END
    FROM pgstream.pgs_stream_tables s JOIN (SELECT depth.pgs_id, max(level) AS level FROM depth GROUP BY 1) l USING (pgs_id)
   WHERE s.status = 'ACTIVE' AND pgstream._is_scheduled(s)
     AND (s.schedule IS NOT NULL OR s.needs_reinit OR NOT s.is_populated OR pgstream._follows_its_sources(s))
   ORDER BY l.level, s.pgs_id
$$;

-- What a scheduled refresh of the table will be.
CREATE FUNCTION pgstream._scheduled_action(p_table pgstream.pgs_stream_tables) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  v_source oid;
  v_found boolean;
BEGIN
  IF p_table.needs_reinit THEN
    RETURN 'REINITIALIZE';
  ELSIF NOT p_table.is_populated THEN
    RETURN 'FULL';
  END IF;
  -- Any buffered change counts, an old one too: the original does not look at positions here.
  FOR v_source IN SELECT d.source_relid FROM pgstream.pgs_dependencies d WHERE d.pgs_id = p_table.pgs_id AND d.source_type = 'TABLE' LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM pgstream_changes.changes_%s)', v_source) INTO v_found;
    IF v_found THEN
      RETURN p_table.refresh_mode;
    END IF;
  END LOOP;
  -- A chain follows: an upstream stream table has changed since this one was refreshed.
  IF EXISTS (
      SELECT FROM pgstream.pgs_dependencies d JOIN pgstream.pgs_stream_tables u ON u.pgs_relid = d.source_relid
       WHERE d.pgs_id = p_table.pgs_id AND d.source_type = 'STREAM_TABLE'
         AND u.frontier -> 'changed' IS DISTINCT FROM p_table.frontier #> ARRAY['upstream', u.pgs_id::text]) THEN
    RETURN p_table.refresh_mode;
  END IF;
  RETURN 'NO_DATA';
END
$$;

CREATE FUNCTION pgstream._scheduler_refresh(p_pgs_id bigint) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  v_table pgstream.pgs_stream_tables;
  v_begun timestamptz := clock_timestamp();
  v_action text;
  v_rows bigint := 0;
  v_error text;
  v_code text;
BEGIN
  IF NOT pg_try_advisory_lock(p_pgs_id) THEN
    RETURN NULL;
  END IF;
  SELECT s.* INTO v_table FROM pgstream.pgs_stream_tables s WHERE s.pgs_id = p_pgs_id AND s.status = 'ACTIVE';
  IF NOT FOUND THEN
    PERFORM pg_advisory_unlock(p_pgs_id);
    RETURN NULL;
  END IF;
  -- Unlike the original's, one failing table stops no other: its error is caught and recorded.
  BEGIN
    v_action := pgstream._scheduled_action(v_table);
    IF v_action = 'NO_DATA' THEN
      UPDATE pgstream.pgs_stream_tables s SET data_timestamp = CASE WHEN pgstream._always_moves_data_timestamp() THEN now() ELSE s.data_timestamp END,
             last_refresh_at = now(), consecutive_errors = 0, updated_at = now()
       WHERE s.pgs_id = p_pgs_id;
    ELSE
      IF v_action = 'REINITIALIZE' THEN
        PERFORM pgstream._renew_sources(p_pgs_id);
        v_table.frontier := NULL;
      END IF;
      v_rows := (pgstream._refresh(v_table, false)).rows_touched;
    END IF;
  EXCEPTION WHEN OTHERS THEN
    v_error := SQLERRM;
    v_code := SQLSTATE;
  END;
  IF v_error IS NULL THEN
    PERFORM pgstream._record_success(v_table, v_action, v_rows, round(extract(epoch FROM clock_timestamp() - v_begun) * 1000)::bigint);
  ELSE
    PERFORM pgstream._record_failure(v_table, coalesce(v_action, v_table.refresh_mode), v_error, v_code);
  END IF;
  PERFORM pg_advisory_unlock(p_pgs_id);
  RETURN CASE WHEN v_error IS NULL THEN v_action ELSE 'FAILED' END;
END
$$;

-- The history row, and who is told. Both times are the transaction's, as the original's are: the duration in history is 0.
CREATE FUNCTION pgstream._record_success(p_table pgstream.pgs_stream_tables, p_action text, p_rows bigint, p_elapsed_ms bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO pgstream.pgs_refresh_history (pgs_id, data_timestamp, start_time, end_time, action, rows_inserted, rows_deleted, status,
    initiated_by, freshness_deadline)
  -- The deadline is NULL for a cron pattern, which is no duration.
  VALUES (p_table.pgs_id, now(), now(), now(), p_action, p_rows, 0, 'COMPLETED', 'SCHEDULER',
    now() + make_interval(secs => pgstream.parse_duration_seconds(p_table.schedule)));
  PERFORM pgstream._alert('refresh_completed', p_table,
    json_build_object('action', p_action, 'rows_inserted', p_rows, 'rows_deleted', 0, 'duration_ms', p_elapsed_ms));
END
$$;

CREATE FUNCTION pgstream._record_failed_row(p_table pgstream.pgs_stream_tables, p_action text, p_error text) RETURNS bigint
LANGUAGE sql AS $$
  INSERT INTO pgstream.pgs_refresh_history (pgs_id, data_timestamp, start_time, end_time, action, rows_inserted, rows_deleted,
    error_message, status, initiated_by, freshness_deadline)
  VALUES (p_table.pgs_id, now(), now(), now(), p_action, 0, 0, p_error, 'FAILED', 'SCHEDULER',
    now() + make_interval(secs => pgstream.parse_duration_seconds(p_table.schedule)))
  RETURNING refresh_id
$$;

-- One failure more of those after which a stream table is left alone.
CREATE FUNCTION pgstream._count_failure(p_table pgstream.pgs_stream_tables) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_errors integer;
BEGIN
  UPDATE pgstream.pgs_stream_tables s SET consecutive_errors = s.consecutive_errors + 1, updated_at = now()
   WHERE s.pgs_id = p_table.pgs_id RETURNING s.consecutive_errors INTO v_errors;
  IF v_errors >= pgstream._setting('max_consecutive_errors', '3')::integer THEN
    UPDATE pgstream.pgs_stream_tables s SET status = 'SUSPENDED', updated_at = now() WHERE s.pgs_id = p_table.pgs_id;
    PERFORM pgstream._alert('auto_suspended', p_table, json_build_object('consecutive_errors', v_errors));
  END IF;
END
$$;
