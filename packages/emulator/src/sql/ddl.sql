-- Event triggers (contract A.4). They work on the catalog with the rights of whoever runs the command: a role without rights on
-- schema pgstream gets 42501 on its own ALTER TABLE, DROP, CREATE VIEW and CREATE FUNCTION.

-- A stream table and all that are built on it.
CREATE FUNCTION pgstream._with_downstream(p_ids bigint[]) RETURNS bigint[]
LANGUAGE sql STABLE AS $$
  WITH RECURSIVE reached AS (
    SELECT unnest(p_ids) AS pgs_id
    UNION
    SELECT d.pgs_id
      FROM reached r JOIN pgstream.pgs_stream_tables u USING (pgs_id)
      JOIN pgstream.pgs_dependencies d ON d.source_relid = u.pgs_relid
  )
  SELECT array_agg(r.pgs_id) FROM reached r
$$;

CREATE FUNCTION pgstream._mark_for_reinit(p_ids bigint[]) RETURNS void
LANGUAGE sql AS $$
  UPDATE pgstream.pgs_stream_tables s SET needs_reinit = true, updated_at = now() WHERE s.pgs_id = ANY (pgstream._with_downstream(p_ids))
$$;

-- Notes how the sources of a stream table look now.
CREATE FUNCTION pgstream._renew_sources(p_pgs_id bigint) RETURNS void
LANGUAGE sql AS $$
  UPDATE pgstream.pgs_dependencies d SET column_snapshot = k.snapshot, schema_fingerprint = k.fingerprint
    FROM pgstream.pgs_dependencies o, LATERAL pgstream._column_snapshot(o.source_relid) k
   WHERE o.pgs_id = p_pgs_id AND d.pgs_id = o.pgs_id AND d.source_relid = o.source_relid
$$;

CREATE FUNCTION pgstream._source_altered(p_source oid) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_ids bigint[];
  v_captured boolean;
  v_affected boolean;
BEGIN
  -- Constraints, defaults, triggers and the like leave the columns as they were.
  SELECT array_agg(d.pgs_id), bool_or(d.source_type = 'TABLE') INTO v_ids, v_captured
    FROM pgstream.pgs_dependencies d, pgstream._column_snapshot(p_source) k
   WHERE d.source_relid = p_source AND d.schema_fingerprint IS DISTINCT FROM k.fingerprint;
  IF v_ids IS NULL THEN
    RETURN;
  END IF;
  v_affected := pgstream._affects_result(p_source);
  IF v_affected AND pgstream._setting('block_source_ddl', pgstream._blocks_ddl_by_default())::boolean THEN
    RAISE EXCEPTION 'pg_stream: ALTER TABLE on %.% blocked — %',
      (SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = p_source),
      (SELECT c.relname FROM pg_class c WHERE c.oid = p_source), pgstream._why_ddl_is_blocked() USING ERRCODE = 'XX000';
  END IF;
  PERFORM pgstream._mark_for_reinit(v_ids) WHERE v_affected;
  UPDATE pgstream.pgs_dependencies d SET column_snapshot = k.snapshot, schema_fingerprint = k.fingerprint
    FROM pgstream._column_snapshot(p_source) k WHERE d.source_relid = p_source;
  IF v_captured AND to_regclass('pgstream_changes.changes_' || p_source) IS NOT NULL THEN
    PERFORM pgstream._sync_capture(p_source);
  END IF;
END
$$;

CREATE FUNCTION pgstream._on_ddl_end() RETURNS event_trigger
LANGUAGE plpgsql AS $$
DECLARE
  v_command record;
  v_ids bigint[];
BEGIN
  FOR v_command IN SELECT * FROM pg_event_trigger_ddl_commands() LOOP
    -- The analysis's own view, for the length of a call.
    CONTINUE WHEN v_command.object_identity = 'pg_temp.__pgs_query';
    CASE
      WHEN v_command.command_tag = 'ALTER TABLE' THEN
        PERFORM pgstream._source_altered(v_command.objid);
      WHEN v_command.command_tag = 'CREATE VIEW' THEN
        SELECT array_agg(d.pgs_id) INTO v_ids FROM pgstream.pgs_dependencies d
         WHERE d.source_relid = v_command.objid AND d.source_type = 'VIEW';
        PERFORM pgstream._mark_for_reinit(v_ids) WHERE v_ids IS NOT NULL;
      WHEN v_command.command_tag = 'CREATE FUNCTION' THEN
        SELECT array_agg(s.pgs_id) INTO v_ids FROM pgstream.pgs_stream_tables s
         WHERE s.functions_used @> ARRAY[(SELECT p.proname::text FROM pg_proc p WHERE p.oid = v_command.objid)];
        PERFORM pgstream._mark_for_reinit(v_ids) WHERE v_ids IS NOT NULL;
      WHEN v_command.command_tag = 'CREATE TRIGGER' THEN
        IF EXISTS (SELECT FROM pg_trigger t JOIN pgstream.pgs_stream_tables s ON s.pgs_relid = t.tgrelid WHERE t.oid = v_command.objid) THEN
          RAISE NOTICE 'pg_stream: % is on a stream table: it fires for incremental refreshes and is suppressed for full ones',
            v_command.object_identity;
        END IF;
      ELSE NULL;
    END CASE;
  END LOOP;
-- raises as the original does
END
$$;

CREATE FUNCTION pgstream._on_sql_drop() RETURNS event_trigger
LANGUAGE plpgsql AS $$
DECLARE
  v_object record;
  v_ids bigint[];
BEGIN
  FOR v_object IN SELECT * FROM pg_event_trigger_dropped_objects() LOOP
    CONTINUE WHEN v_object.object_type NOT IN ('table', 'view', 'materialized view', 'foreign table')
      OR (v_object.is_temporary AND v_object.object_name = '__pgs_query');
    -- Asked before it is deleted: SELECT is all that a role needs for its own tables. What is built on a stream table that goes is
    -- left as it is; what is built on another source is marked.
    IF EXISTS (SELECT FROM pgstream.pgs_stream_tables s WHERE s.pgs_relid = v_object.objid) THEN
      DELETE FROM pgstream.pgs_stream_tables s WHERE s.pgs_relid = v_object.objid;
      CONTINUE;
    END IF;
    SELECT array_agg(d.pgs_id) INTO v_ids FROM pgstream.pgs_dependencies d
     WHERE d.source_relid = v_object.objid AND d.source_type <> 'STREAM_TABLE';
    IF v_ids IS NOT NULL THEN
      UPDATE pgstream.pgs_stream_tables s SET status = 'ERROR', updated_at = now() WHERE s.pgs_id = ANY (pgstream._with_downstream(v_ids));
    END IF;
  END LOOP;
-- raises as the original does
END
$$;

CREATE EVENT TRIGGER pg_stream_ddl_tracker ON ddl_command_end
  WHEN TAG IN ('ALTER TABLE', 'CREATE VIEW', 'CREATE FUNCTION', 'CREATE TRIGGER')
  EXECUTE FUNCTION pgstream._on_ddl_end();
CREATE EVENT TRIGGER pg_stream_drop_tracker ON sql_drop EXECUTE FUNCTION pgstream._on_sql_drop();
