-- alter_stream_table and resume_stream_table (contract A.1).

CREATE FUNCTION pgstream.alter_stream_table(
  name text, schedule text DEFAULT NULL, refresh_mode text DEFAULT NULL, status text DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pgstream._refuse_null(0, alter_stream_table.name IS NULL);
  PERFORM pgstream._alter(alter_stream_table.name, alter_stream_table.schedule, alter_stream_table.refresh_mode, alter_stream_table.status);
END
$$;

CREATE FUNCTION pgstream._alter(p_name text, p_schedule text, p_mode text, p_status text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_id bigint := (pgstream._find_stream_table(p_name)).pgs_id;
  v_status text := upper(p_status);
BEGIN
  IF p_schedule IS NOT NULL THEN
    PERFORM pgstream._check_schedule(p_schedule);
    UPDATE pgstream.pgs_stream_tables s SET schedule = p_schedule, updated_at = now() WHERE s.pgs_id = v_id;
  END IF;
  IF p_mode IS NOT NULL THEN
    UPDATE pgstream.pgs_stream_tables s SET refresh_mode = pgstream._refresh_mode(p_mode, false), updated_at = now() WHERE s.pgs_id = v_id;
  END IF;
  IF v_status IS NOT NULL THEN
    IF v_status NOT IN ('INITIALIZING', 'ACTIVE', 'SUSPENDED', 'ERROR') THEN
      RAISE EXCEPTION 'invalid argument: unknown status: %', v_status USING ERRCODE = 'XX000';
    END IF;
    UPDATE pgstream.pgs_stream_tables s
       SET status = v_status, consecutive_errors = CASE v_status WHEN 'ACTIVE' THEN 0 ELSE s.consecutive_errors END, updated_at = now()
     WHERE s.pgs_id = v_id;
  END IF;
END
$$;

CREATE FUNCTION pgstream.resume_stream_table(name text) RETURNS void
LANGUAGE plpgsql STRICT AS $$
DECLARE
  v_table pgstream.pgs_stream_tables := pgstream._find_stream_table(resume_stream_table.name);
BEGIN
  IF v_table.status <> 'SUSPENDED' THEN
    RAISE EXCEPTION 'invalid argument: stream table %.% is not suspended (current status: %)',
      v_table.pgs_schema, v_table.pgs_name, v_table.status USING ERRCODE = 'XX000';
  END IF;
  UPDATE pgstream.pgs_stream_tables s SET status = 'ACTIVE', consecutive_errors = 0, updated_at = now() WHERE s.pgs_id = v_table.pgs_id;
  PERFORM pgstream._alert('resumed', v_table, '"previous_status":"SUSPENDED"');
  RAISE INFO 'Stream table %.% resumed (pgs_id=%)', v_table.pgs_schema, v_table.pgs_name, v_table.pgs_id;
END
$$;
