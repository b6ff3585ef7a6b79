-- The functions that pg_trickle has with other parameters or manners (contract A.1, A.5).

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

CREATE FUNCTION pgstream.alter_stream_table(
  name text, schedule text DEFAULT NULL, refresh_mode text DEFAULT NULL, status text DEFAULT NULL
) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pgstream._refuse_null(0, alter_stream_table.name IS NULL);
  PERFORM pgstream._alter(alter_stream_table.name, alter_stream_table.schedule, alter_stream_table.refresh_mode, alter_stream_table.status);
END
$$;

CREATE FUNCTION pgstream.refresh_stream_table(name text) RETURNS void
LANGUAGE plpgsql STRICT AS $$
DECLARE
  v_table pgstream.pgs_stream_tables := pgstream._find_stream_table(refresh_stream_table.name);
  v_full boolean;
  v_rows bigint;
BEGIN
  IF v_table.status = 'SUSPENDED' THEN
    RAISE EXCEPTION 'invalid argument: stream table %.% is suspended; use pgstream.resume_stream_table(''%'') first',
      v_table.pgs_schema, v_table.pgs_name,
      CASE v_table.pgs_schema WHEN 'public' THEN v_table.pgs_name ELSE v_table.pgs_schema || '.' || v_table.pgs_name END
      USING ERRCODE = pgstream._code('22023');
  END IF;
  IF NOT pg_try_advisory_lock(v_table.pgs_id) THEN
    RAISE EXCEPTION 'refresh skipped: %.% — another refresh is already in progress', v_table.pgs_schema, v_table.pgs_name
      USING ERRCODE = 'XX000';
  END IF;
  SELECT r.full_done, r.rows_touched INTO v_full, v_rows FROM pgstream._refresh(v_table, true) r;
  PERFORM pg_advisory_unlock(v_table.pgs_id);
  IF v_full THEN
    RAISE INFO 'Stream table %.% refreshed (FULL)', v_table.pgs_schema, v_table.pgs_name;
  ELSE
    RAISE INFO 'Stream table %.% refreshed (DIFFERENTIAL: +% -0)', v_table.pgs_schema, v_table.pgs_name, v_rows;
  END IF;
END
$$;

CREATE FUNCTION pgstream.pg_stream_hash(input text) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT pgstream._xxhash(convert_to(input, 'UTF8'), 5871781006564002453)
$$;

CREATE FUNCTION pgstream.resume_stream_table(name text) RETURNS void
LANGUAGE plpgsql STRICT AS $$
DECLARE
  v_table pgstream.pgs_stream_tables := pgstream._find_stream_table(resume_stream_table.name);
BEGIN
  IF v_table.status <> 'SUSPENDED' THEN
    RAISE EXCEPTION 'invalid argument: stream table %.% is not suspended (current status: %)',
      v_table.pgs_schema, v_table.pgs_name, v_table.status USING ERRCODE = pgstream._code('22023');
  END IF;
  UPDATE pgstream.pgs_stream_tables s SET status = 'ACTIVE', consecutive_errors = 0, updated_at = now() WHERE s.pgs_id = v_table.pgs_id;
  PERFORM pgstream._alert('resumed', v_table, '{"previous_status": "SUSPENDED"}');
  RAISE INFO 'Stream table %.% resumed (pgs_id=%)', v_table.pgs_schema, v_table.pgs_name, v_table.pgs_id;
END
$$;

CREATE FUNCTION pgstream.drop_stream_table(name text) RETURNS void
LANGUAGE plpgsql STRICT AS $$
BEGIN
  PERFORM pgstream._drop(pgstream._find_stream_table(drop_stream_table.name));
END
$$;
