-- How errors arrive (contract B.7): the extension's own with a hint, PostgreSQL's with a stack trace as their DETAIL.

CREATE FUNCTION pgtrickle._raise(p_code text, p_message text, p_hint text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_detail text;
  v_hint text;
BEGIN
  SELECT k.detail, k.hint INTO v_detail, v_hint
    FROM (VALUES
      ('invalid argument: ', '', 'See docs/SQL_REFERENCE.md for valid parameter values and syntax.'),
      ('stream table not found: ', '',
        'Use pgtrickle.pgt_status() to list existing stream tables. Ensure the name is schema-qualified (e.g., ''public.my_table'').'),
      ('stream table already exists: ', '',
        'Use pgtrickle.alter_stream_table() to modify an existing stream table, or pgtrickle.drop_stream_table() to remove it first.'),
      ('query parse error: ',
        'The defining query could not be validated or rewritten. This can happen when the query references objects that do not exist yet, '
        'uses types incompatible with the storage schema, or triggers a validation check.',
        'Verify the query runs successfully as a standalone SELECT before creating the stream table. Check that all referenced tables and '
        'columns exist.'),
      ('unsupported operator for DIFFERENTIAL mode: ',
        'DIFFERENTIAL mode supports SELECT, WHERE, simple JOINs (INNER/LEFT/RIGHT), GROUP BY, HAVING, ORDER BY, and LIMIT. CTEs (WITH …), '
        'FULL OUTER JOINs, window functions without a writable equivalent, and certain aggregate forms are not supported.',
        'Use refresh_mode = ''FULL'' or refresh_mode = ''AUTO'' to handle queries that contain unsupported constructs. AUTO will try '
        'DIFFERENTIAL first and fall back to FULL when needed.'),
      ('permission denied: must be owner of ', '', ''),
      ('PGT_EXT_', '', ''),
      ('pg_trickle: ', '', ''),
      ('Direct DML on stream table ', '', '')
    ) k (prefix, detail, hint)
   WHERE starts_with(p_message, k.prefix);
  IF NOT FOUND THEN
    v_hint := p_hint;
    v_detail := E'   0: std::backtrace_rs::backtrace::trace\n   1: pgrx_pg_sys::submodules::panic::do_ereport';
  END IF;
  -- A field that is empty is sent all the same: what there is not must not be named.
  IF v_detail <> '' AND v_hint <> '' THEN
    RAISE EXCEPTION USING ERRCODE = p_code, MESSAGE = p_message, DETAIL = v_detail, HINT = v_hint;
  ELSIF v_detail <> '' THEN
    RAISE EXCEPTION USING ERRCODE = p_code, MESSAGE = p_message, DETAIL = v_detail;
  ELSIF v_hint <> '' THEN
    RAISE EXCEPTION USING ERRCODE = p_code, MESSAGE = p_message, HINT = v_hint;
  END IF;
  RAISE EXCEPTION USING ERRCODE = p_code, MESSAGE = p_message;
END
$$;
