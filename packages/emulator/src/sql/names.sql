-- Stream tables by name, and arguments (contract A.1).

-- Writing functions resolve a bare name to the current schema; reading functions to `public`.
CREATE FUNCTION pgstream._find_stream_table(p_name text) RETURNS pgstream.pgs_stream_tables
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_schema text;
  v_table text;
  v_found pgstream.pgs_stream_tables;
BEGIN
  SELECT n.schema_name, n.table_name INTO v_schema, v_table
    FROM pgstream._split_name(p_name, coalesce(current_schema(), 'public')) n;
  SELECT s.* INTO v_found FROM pgstream.pgs_stream_tables s WHERE s.pgs_schema = v_schema AND s.pgs_name = v_table;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'stream table not found: %.%', v_schema, v_table USING ERRCODE = pgstream._code('42P01');
  END IF;
  RETURN v_found;
END
$$;

-- What the original's binding layer says for NULL in an argument that may not be NULL. Its DETAIL is a stack trace,
-- which clients must not show to people: one is sent here, too.
CREATE FUNCTION pgstream._refuse_null(p_position integer, p_is_null boolean) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF p_is_null THEN
    RAISE EXCEPTION 'argument % must not be null', p_position USING ERRCODE = 'XX000',
      DETAIL = E'   0: std::panicking::begin_panic_handler\n   1: core::panicking::panic_fmt\n   2: pgrx::callconv::Args::unbox';
  END IF;
END
$$;
