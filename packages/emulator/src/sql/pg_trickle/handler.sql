EXCEPTION WHEN OTHERS OR QUERY_CANCELED THEN
  DECLARE
    v_code text;
    v_message text;
    v_hint text;
  BEGIN
    GET STACKED DIAGNOSTICS v_code = RETURNED_SQLSTATE, v_message = MESSAGE_TEXT, v_hint = PG_EXCEPTION_HINT;
    -- In an event trigger it may be the very right to call this that is missing.
    IF NOT has_schema_privilege('pgtrickle', 'USAGE') THEN
      RAISE EXCEPTION USING ERRCODE = v_code, MESSAGE = v_message,
        DETAIL = E'   0: std::backtrace_rs::backtrace::trace\n   1: pgrx_pg_sys::submodules::panic::do_ereport';
    END IF;
    PERFORM pgtrickle._raise(v_code, v_message, v_hint);
  END;
