-- What a failed scheduled refresh leaves (contract B.6).

-- What will not pass by itself is not tried again, and nobody is told but the catalog.
CREATE FUNCTION pgtrickle._record_failure(p_table pgtrickle.pgt_stream_tables, p_action text, p_error text, p_sqlstate text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE pgtrickle.pgt_stream_tables s SET last_error_message = p_error, last_error_at = now(), updated_at = now()
   WHERE s.pgt_id = p_table.pgt_id;
  IF pgtrickle._is_passing(p_sqlstate) THEN
    PERFORM pgtrickle._record_failed_row(p_table, p_action, p_error);
    PERFORM pgtrickle._alert('refresh_failed', p_table, json_build_object('action', p_action, 'error', p_error));
    PERFORM pgtrickle._count_failure(p_table);
  ELSE
    UPDATE pgtrickle.pgt_stream_tables s SET status = 'ERROR' WHERE s.pgt_id = p_table.pgt_id;
  END IF;
END
$$;
