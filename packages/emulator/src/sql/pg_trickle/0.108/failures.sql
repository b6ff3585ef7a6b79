-- What a failed scheduled refresh leaves (contract F.6): a code, in the catalog and in history.

CREATE FUNCTION pgtrickle._error_code(p_sqlstate text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN p_sqlstate = '55P03' THEN 'LOCK_TIMEOUT'
    WHEN p_sqlstate = '57014' THEN 'CANCELLED'
    WHEN p_sqlstate = '40P01' THEN 'DEADLOCK'
    WHEN p_sqlstate = '40001' THEN 'SERIALIZATION'
    WHEN p_sqlstate = '53200' THEN 'OUT_OF_MEMORY'
    WHEN pgtrickle._is_passing(p_sqlstate) THEN 'UNKNOWN_RETRYABLE'
    ELSE 'PERMANENT' END
$$;

CREATE FUNCTION pgtrickle._record_failure(p_table pgtrickle.pgt_stream_tables, p_action text, p_error text, p_sqlstate text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_code text := pgtrickle._error_code(p_sqlstate);
  v_retryable boolean := v_code <> 'PERMANENT';
  v_refresh bigint;
BEGIN
  -- Nothing has failed: the next tick tries again.
  IF starts_with(p_error, 'safe frontier unavailable: ') THEN
    RETURN;
  END IF;
  v_refresh := pgtrickle._record_failed_row(p_table, p_action, p_error);
  UPDATE pgtrickle.pgt_refresh_history h SET error_code = v_code, error_sqlstate = p_sqlstate, retryable = v_retryable
   WHERE h.refresh_id = v_refresh;
  UPDATE pgtrickle.pgt_stream_tables s
     SET last_error_message = p_error, last_error_at = now(), last_error_code = v_code, last_error_retryable = v_retryable,
         status = CASE WHEN v_retryable THEN s.status ELSE 'ERROR' END, updated_at = now()
   WHERE s.pgt_id = p_table.pgt_id;
  PERFORM pgtrickle._alert('refresh_failed', p_table, json_build_object('action', p_action, 'error', p_error));
  -- A lock that was not to be had, and a cancelled refresh, say nothing about the stream table.
  IF v_retryable AND v_code NOT IN ('LOCK_TIMEOUT', 'CANCELLED') THEN
    PERFORM pgtrickle._count_failure(p_table);
  END IF;
END
$$;
