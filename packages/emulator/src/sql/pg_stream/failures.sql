-- What a failed scheduled refresh leaves: the same in pg_trickle/…/failures.sql.

CREATE FUNCTION pgstream._record_failure(p_table pgstream.pgs_stream_tables, p_action text, p_error text, p_sqlstate text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pgstream._record_failed_row(p_table, p_action, p_error);
  PERFORM pgstream._alert('refresh_failed', p_table, json_build_object('action', p_action, 'error', p_error));
  PERFORM pgstream._count_failure(p_table);
END
$$;
