-- How far a stream table has come: the log position of its last refresh, for each source. What lies between there and now is new.

-- The log position reached now, for each table that changes are captured on.
CREATE FUNCTION pgstream._frontier_now(p_pgs_id bigint) RETURNS jsonb
LANGUAGE sql VOLATILE AS $$
  SELECT jsonb_build_object(
    'sources', coalesce((SELECT jsonb_object_agg(d.source_relid, jsonb_build_object('lsn', pgstream._wal_position(), 'snapshot_ts', now()))
      FROM pgstream.pgs_dependencies d WHERE d.pgs_id = p_pgs_id AND d.source_type = 'TABLE'), '{}'),
    'data_timestamp', now(),
    -- Not the original's: how far each upstream stream table had changed, so that a chain can follow.
    'upstream', coalesce((SELECT jsonb_object_agg(u.pgs_id, u.frontier -> 'changed')
      FROM pgstream.pgs_dependencies d JOIN pgstream.pgs_stream_tables u ON u.pgs_relid = d.source_relid
     WHERE d.pgs_id = p_pgs_id AND d.source_type = 'STREAM_TABLE'), '{}'))
$$;

-- Whether a source's buffer holds a visible change after one position and up to another.
CREATE FUNCTION pgstream._has_changes(p_before jsonb, p_now jsonb) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
  v_source text;
  v_found boolean;
BEGIN
  FOR v_source IN SELECT jsonb_object_keys(p_now -> 'sources') LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM pgstream_changes.changes_%s WHERE lsn > $1 AND lsn <= $2)', v_source)
      INTO v_found
      USING coalesce(p_before #>> ARRAY['sources', v_source, 'lsn'], '0/0')::pg_lsn, (p_now #>> ARRAY['sources', v_source, 'lsn'])::pg_lsn;
    IF v_found THEN
      RETURN true;
    END IF;
  END LOOP;
  RETURN coalesce(p_before -> 'upstream', '{}') <> p_now -> 'upstream';
END
$$;

-- Consumed changes are not removed by the refresh that consumed them but by the session's next incremental one, of whatever
-- stream table. TRUNCATE waits for writers of the source and wipes what they have not committed: the original's trap.
CREATE FUNCTION pgstream._clean_consumed_changes() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_source text;
  v_consumed pg_lsn;
  v_more boolean;
BEGIN
  FOREACH v_source IN ARRAY string_to_array(coalesce(current_setting('pg_stream._pending_cleanup', true), ''), ' ') LOOP
    CONTINUE WHEN to_regclass('pgstream_changes.changes_' || v_source) IS NULL;
    SELECT min((s.frontier #>> ARRAY['sources', v_source, 'lsn'])::pg_lsn) INTO v_consumed
      FROM pgstream.pgs_stream_tables s JOIN pgstream.pgs_dependencies d USING (pgs_id)
     WHERE d.source_relid = v_source::oid AND d.source_type = 'TABLE';
    CONTINUE WHEN v_consumed IS NULL;
    EXECUTE format('SELECT EXISTS (SELECT FROM pgstream_changes.changes_%s WHERE lsn > $1)', v_source) INTO v_more USING v_consumed;
    IF v_more OR NOT pgstream._setting('cleanup_use_truncate', 'on')::boolean THEN
      EXECUTE format('DELETE FROM pgstream_changes.changes_%s WHERE lsn <= $1', v_source) USING v_consumed;
    ELSE
      EXECUTE format('TRUNCATE pgstream_changes.changes_%s', v_source);
    END IF;
  END LOOP;
  PERFORM set_config('pg_stream._pending_cleanup', '', false);
END
$$;

CREATE FUNCTION pgstream._enqueue_cleanup(p_frontier jsonb) RETURNS void
LANGUAGE sql AS $$
  SELECT set_config('pg_stream._pending_cleanup', string_agg(DISTINCT source, ' '), false)
    FROM (SELECT jsonb_object_keys(p_frontier -> 'sources')
          UNION ALL SELECT unnest(string_to_array(nullif(current_setting('pg_stream._pending_cleanup', true), ''), ' '))) s (source)
$$;
