-- What alter_stream_table does (contract A.1).

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
      RAISE EXCEPTION 'invalid argument: unknown status: %', v_status USING ERRCODE = pgstream._code('22023');
    END IF;
    UPDATE pgstream.pgs_stream_tables s
       SET status = v_status, consecutive_errors = CASE v_status WHEN 'ACTIVE' THEN 0 ELSE s.consecutive_errors END, updated_at = now()
     WHERE s.pgs_id = v_id;
  END IF;
END
$$;

