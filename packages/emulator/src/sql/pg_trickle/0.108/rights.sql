-- Who may do what since 0.87 (contract F.3): lifecycle functions work with their owner's rights and ask for the caller's; nobody may
-- call them who was not let. The search_path is not pinned: that it is the caller's is how they find a bare name.

-- Roles belong to the server: another database may have made them.
DO $$
DECLARE
  v_role name;
  v_function record;
BEGIN
  FOREACH v_role IN ARRAY '{pgtrickle_reader,pgtrickle_operator,pgtrickle_admin}'::name[] LOOP
    BEGIN
      EXECUTE format('CREATE ROLE %I NOLOGIN NOINHERIT', v_role);
    EXCEPTION WHEN duplicate_object OR unique_violation THEN
      NULL;
    END;
    EXECUTE format('GRANT USAGE ON SCHEMA pgtrickle TO %I', v_role);
  END LOOP;
  FOR v_function IN
    SELECT p.oid::regprocedure AS signature, CASE
        WHEN p.proname IN ('refresh_stream_table', 'pause_stream_table', 'resume_stream_table', 'repair_stream_table',
          'reinitialize_stream_table') THEN 'pgtrickle_operator'
        WHEN p.proname IN ('create_stream_table', 'create_stream_table_if_not_exists', 'create_or_replace_stream_table',
          'alter_stream_table', 'drop_stream_table') THEN 'pgtrickle_admin' END AS grantee
      FROM pg_proc p
     WHERE p.pronamespace = 'pgtrickle'::regnamespace AND (p.proname ~ '^(create|alter|drop|refresh|pause|resume|repair|reinitialize)_'
        OR p.proname IN ('set_orchestration_mode', 'recover_capture_instance'))
  LOOP
    EXECUTE format('ALTER FUNCTION %s SECURITY DEFINER', v_function.signature);
    EXECUTE format('REVOKE EXECUTE ON FUNCTION %s FROM PUBLIC', v_function.signature);
    IF v_function.grantee IS NOT NULL THEN
      EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', v_function.signature, v_function.grantee);
    END IF;
  END LOOP;
  -- A role that runs DDL needs no rights on the extension.
  ALTER FUNCTION pgtrickle._on_ddl_end() SECURITY DEFINER;
  ALTER FUNCTION pgtrickle._on_sql_drop() SECURITY DEFINER;
END
$$;
