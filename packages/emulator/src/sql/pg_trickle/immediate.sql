-- IMMEDIATE: a stream table that is maintained in the transaction of who writes to its sources (contract B.2). The original adds the
-- statement's delta; here the query is run, as in an incremental refresh.

-- Who comes second waits for the first to commit, and computes what both have written.
CREATE FUNCTION pgtrickle._maintain() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
  v_table pgtrickle.pgt_stream_tables;
  v_rows bigint;
BEGIN
  SELECT s.* INTO v_table FROM pgtrickle.pgt_stream_tables s WHERE s.pgt_id = TG_ARGV[0]::bigint FOR UPDATE;
  IF v_table.refresh_mode = 'IMMEDIATE' AND v_table.status = 'ACTIVE' AND v_table.is_populated THEN
    PERFORM set_config('pg_trickle.internal_refresh', 'true', true), pgtrickle._enter_names(v_table);
    v_rows := pgtrickle._merge(v_table);
    PERFORM pgtrickle._complete(v_table, pgtrickle._frontier_now(v_table.pgt_id), v_rows > 0);
    PERFORM pgtrickle._leave_names(), pgtrickle._close_storage();
  END IF;
  RETURN NULL;
END
$$;

-- Makes the triggers agree with the stream table's mode.
CREATE FUNCTION pgtrickle._sync_maintenance(p_pgt_id bigint) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_source record;
BEGIN
  FOR v_source IN
    SELECT d.source_relid::regclass AS name, s.refresh_mode = 'IMMEDIATE' AS wanted,
           EXISTS (SELECT FROM pg_trigger t WHERE t.tgrelid = d.source_relid AND t.tgname = 'pgt_ivm_' || p_pgt_id) AS present
      FROM pgtrickle.pgt_dependencies d JOIN pgtrickle.pgt_stream_tables s USING (pgt_id) JOIN pg_class c ON c.oid = d.source_relid
     WHERE d.pgt_id = p_pgt_id AND d.source_type IN ('TABLE', 'STREAM_TABLE') ORDER BY d.source_relid
  LOOP
    IF v_source.wanted AND NOT v_source.present THEN
      EXECUTE format('CREATE TRIGGER pgt_ivm_%1$s AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON %2$s FOR EACH STATEMENT'
        ' EXECUTE FUNCTION pgtrickle._maintain(%1$s)', p_pgt_id, v_source.name);
    ELSIF v_source.present AND NOT v_source.wanted THEN
      EXECUTE format('DROP TRIGGER pgt_ivm_%s ON %s', p_pgt_id, v_source.name);
    END IF;
  END LOOP;
END
$$;
