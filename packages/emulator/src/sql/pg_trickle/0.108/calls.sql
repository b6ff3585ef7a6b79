-- What stands around the calls that both releases have, and the calls that are new: the capture gate (contract F.4), external
-- orchestration (F.9).

-- Whether changes are captured in this database at all, or in the one that it was copied from.
CREATE FUNCTION pgtrickle._pass_gates() RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_here oid := (SELECT d.oid FROM pg_database d WHERE d.datname = current_database());
  v_gate pgtrickle.pgt_capture_instance;
BEGIN
  SELECT g.* INTO v_gate FROM pgtrickle.pgt_capture_instance g;
  IF v_gate.state = 'QUIESCED' THEN
    RAISE EXCEPTION 'invalid argument: pg_trickle capture is quiesced; run pgtrickle.resume_all() first' USING ERRCODE = '22023';
  ELSIF v_gate.database_oid <> v_here THEN
    RAISE EXCEPTION 'invalid argument: pg_trickle capture is quarantined because database identity changed; '
      'run pgtrickle.recover_capture_instance() first' USING ERRCODE = '22023';
  ELSIF v_gate.database_oid IS NULL THEN
    UPDATE pgtrickle.pgt_capture_instance SET database_oid = v_here;
  END IF;
END
$$;

CREATE FUNCTION pgtrickle.pause_all() RETURNS boolean
LANGUAGE sql AS $$ UPDATE pgtrickle.pgt_capture_instance SET state = 'QUIESCED' RETURNING true $$;

CREATE FUNCTION pgtrickle.resume_all() RETURNS boolean
LANGUAGE sql AS $$ UPDATE pgtrickle.pgt_capture_instance SET state = 'READY' RETURNING true $$;

CREATE FUNCTION pgtrickle.recover_capture_instance() RETURNS void
LANGUAGE sql AS $$
  UPDATE pgtrickle.pgt_capture_instance
     SET database_oid = (SELECT d.oid FROM pg_database d WHERE d.datname = current_database()), state = 'READY'
$$;

CREATE FUNCTION pgtrickle._refuse_external(p_table pgtrickle.pgt_stream_tables) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF p_table.orchestration_mode = 'EXTERNAL' THEN
    RAISE EXCEPTION 'PGT_EXT_ORCHESTRATION_MODE: stream table %.% is orchestrated externally; refresh its graph with '
      'pgtrickle.refresh_graph_strict() or set it to MANAGED', p_table.pgt_schema, p_table.pgt_name USING ERRCODE = '55000';
  END IF;
END
$$;

CREATE FUNCTION pgtrickle._orchestrate(p_pgt_id bigint, p_mode text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_mode text := upper(p_mode);
BEGIN
  IF v_mode NOT IN ('MANAGED', 'EXTERNAL') THEN
    RAISE EXCEPTION 'invalid argument: unknown orchestration mode: %', p_mode USING ERRCODE = '22023';
  END IF;
  UPDATE pgtrickle.pgt_stream_tables s SET orchestration_mode = v_mode WHERE s.pgt_id = p_pgt_id AND v_mode IS NOT NULL;
END
$$;

CREATE FUNCTION pgtrickle.set_orchestration_mode(stream_table regclass, mode text) RETURNS void
LANGUAGE plpgsql STRICT AS $$
DECLARE
  v_table pgtrickle.pgt_stream_tables;
BEGIN
  SELECT s.* INTO v_table FROM pgtrickle.pgt_stream_tables s WHERE s.pgt_relid = stream_table;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'stream table not found: %', stream_table USING ERRCODE = '42P01';
  END IF;
  PERFORM pgtrickle._authorise_change(v_table), pgtrickle._orchestrate(v_table.pgt_id, mode);
-- raises as the original does
END
$$;

CREATE FUNCTION pgtrickle._mode_requested(p_pgt_id bigint, p_mode text) RETURNS void
LANGUAGE sql AS $$
  UPDATE pgtrickle.pgt_stream_tables s SET requested_refresh_mode = p_mode WHERE s.pgt_id = p_pgt_id
$$;

CREATE FUNCTION pgtrickle.pause_stream_table(name text) RETURNS void
LANGUAGE plpgsql STRICT AS $$
DECLARE
  v_table pgtrickle.pgt_stream_tables;
BEGIN
  v_table := pgtrickle._find_stream_table(pause_stream_table.name);
  PERFORM pgtrickle._authorise_change(v_table);
  UPDATE pgtrickle.pgt_stream_tables s SET status = 'SUSPENDED', updated_at = now() WHERE s.pgt_id = v_table.pgt_id;
-- raises as the original does
END
$$;

CREATE FUNCTION pgtrickle.version() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT '0.108.3' $$;

CREATE FUNCTION pgtrickle._altered_mode(p_mode text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT CASE upper(p_mode) WHEN 'AUTO' THEN 'DIFFERENTIAL' ELSE p_mode END $$;

CREATE FUNCTION pgtrickle.reinitialize_stream_table(name text) RETURNS text
LANGUAGE plpgsql STRICT AS $$
DECLARE
  v_table pgtrickle.pgt_stream_tables;
BEGIN
  v_table := pgtrickle._find_stream_table(reinitialize_stream_table.name);
  PERFORM pgtrickle._authorise_change(v_table);
  PERFORM pgtrickle._renew_sources(v_table.pgt_id), pgtrickle._recompute(v_table);
  RETURN format('Stream table %s.%s reinitialized', v_table.pgt_schema, v_table.pgt_name);
-- raises as the original does
END
$$;
