-- The functions that pg_stream has with other parameters or manners, or not at all (contract B.2, B.6, F.7). `only` at the end
-- of a line names the release that has it. The parameters that nothing is done with are there to be passed.

-- NULL is not accepted for what it means in the catalog.
CREATE FUNCTION pgtrickle._schedule(p_schedule text) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF p_schedule IS NULL THEN
    RAISE EXCEPTION 'invalid argument: use ''calculated'' instead of NULL to set CALCULATED schedule' USING ERRCODE = '22023';
  END IF;
  RETURN nullif(p_schedule, 'calculated');
END
$$;

CREATE FUNCTION pgtrickle._create_called(p_name text, p_query text, p_schedule text, p_mode text, p_initialize boolean) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  v_schedule text := pgtrickle._schedule(p_schedule);
  v_asked text := pgtrickle._refresh_mode(p_mode, true);
  v_id bigint;
BEGIN
  PERFORM pgtrickle._pass_gates();
  v_id := pgtrickle._create(p_name, p_query, CASE WHEN v_asked <> 'IMMEDIATE' THEN v_schedule END, v_asked, p_initialize);
  PERFORM pgtrickle._sync_maintenance(v_id);
  PERFORM pgtrickle._mode_requested(v_id, v_asked);
  RETURN v_id;
END
$$;

-- What the creating functions take no NULL for, by its place among their parameters.
CREATE FUNCTION pgtrickle._refuse_nulls(p_name text, p_query text, p_mode text, p_initialize boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pgtrickle._refuse_null(0, p_name IS NULL);
  PERFORM pgtrickle._refuse_null(1, p_query IS NULL);
  PERFORM pgtrickle._refuse_null(3, p_mode IS NULL);
  PERFORM pgtrickle._refuse_null(4, p_initialize IS NULL);
END
$$;

-- With the freshness that is asked for, and who refreshes it, where the release knows of these.
CREATE FUNCTION pgtrickle._create_aimed(p_name text, p_query text, p_schedule text, p_mode text, p_initialize boolean
  , p_target text, p_orchestration text -- only 0.108
) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_id bigint;
BEGIN
  PERFORM pgtrickle._check_target(p_target, p_schedule); -- only 0.108
  p_mode := pgtrickle._mode_of_target(p_target, p_mode); -- only 0.108
  v_id := pgtrickle._create_called(p_name, p_query, p_schedule, p_mode, p_initialize);
  PERFORM pgtrickle._orchestrate(v_id, p_orchestration), pgtrickle._aim(v_id, p_target); -- only 0.108
END
$$;

CREATE FUNCTION pgtrickle._exists(p_name text) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM pgtrickle._split_name(p_name, coalesce(current_schema(), 'public')) n
      JOIN pgtrickle.pgt_stream_tables s ON s.pgt_schema = n.schema_name AND s.pgt_name = n.table_name)
$$;

CREATE FUNCTION pgtrickle.create_stream_table(
  name text, query text, schedule text DEFAULT 'calculated', refresh_mode text DEFAULT 'AUTO', initialize boolean DEFAULT true,
  diamond_consistency text DEFAULT NULL, diamond_schedule_policy text DEFAULT NULL, cdc_mode text DEFAULT NULL,
  append_only boolean DEFAULT false, pooler_compatibility_mode boolean DEFAULT false, partition_by text DEFAULT NULL,
  max_differential_joins integer DEFAULT NULL, max_delta_fraction double precision DEFAULT NULL,
  output_distribution_column text DEFAULT NULL, temporal boolean DEFAULT false, storage_backend text DEFAULT NULL,
  sink text DEFAULT NULL, ducklake_sink_path text DEFAULT NULL, ducklake_sink_table_id bigint DEFAULT NULL -- only 0.67
  fillfactor integer DEFAULT NULL, target_freshness text DEFAULT NULL, orchestration_mode text DEFAULT 'MANAGED' -- only 0.108
) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
BEGIN
  PERFORM pgtrickle._refuse_nulls(name, query, refresh_mode, initialize);
  PERFORM pgtrickle._create_aimed(name, query, schedule, refresh_mode, initialize
    , target_freshness, orchestration_mode -- only 0.108
  );
-- raises as the original does
END
$$;

CREATE FUNCTION pgtrickle.create_stream_table_if_not_exists(
  name text, query text, schedule text DEFAULT 'calculated', refresh_mode text DEFAULT 'AUTO', initialize boolean DEFAULT true,
  diamond_consistency text DEFAULT NULL, diamond_schedule_policy text DEFAULT NULL, cdc_mode text DEFAULT NULL,
  append_only boolean DEFAULT false, pooler_compatibility_mode boolean DEFAULT false, partition_by text DEFAULT NULL,
  max_differential_joins integer DEFAULT NULL, max_delta_fraction double precision DEFAULT NULL,
  output_distribution_column text DEFAULT NULL, temporal boolean DEFAULT false, storage_backend text DEFAULT NULL,
  sink text DEFAULT NULL, ducklake_sink_path text DEFAULT NULL, ducklake_sink_table_id bigint DEFAULT NULL -- only 0.67
  fillfactor integer DEFAULT NULL, target_freshness text DEFAULT NULL, orchestration_mode text DEFAULT 'MANAGED' -- only 0.108
) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
BEGIN
  PERFORM pgtrickle._refuse_nulls(name, query, refresh_mode, initialize);
  IF pgtrickle._exists(name) THEN
    RETURN;
  END IF;
  PERFORM pgtrickle._create_aimed(name, query, schedule, refresh_mode, initialize
    , target_freshness, orchestration_mode -- only 0.108
  );
-- raises as the original does
END
$$;

CREATE FUNCTION pgtrickle.create_or_replace_stream_table(
  name text, query text, schedule text DEFAULT 'calculated', refresh_mode text DEFAULT 'AUTO', initialize boolean DEFAULT true,
  diamond_consistency text DEFAULT NULL, diamond_schedule_policy text DEFAULT NULL, cdc_mode text DEFAULT NULL,
  append_only boolean DEFAULT false, pooler_compatibility_mode boolean DEFAULT false, partition_by text DEFAULT NULL,
  max_differential_joins integer DEFAULT NULL, max_delta_fraction double precision DEFAULT NULL,
  output_distribution_column text DEFAULT NULL, temporal boolean DEFAULT false, storage_backend text DEFAULT NULL
  , orchestration_mode text DEFAULT NULL -- only 0.108
) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  v_id bigint;
BEGIN
  PERFORM pgtrickle._refuse_nulls(name, query, refresh_mode, initialize);
  IF pgtrickle._exists(name) THEN
    v_id := pgtrickle._alter_called(name, query, schedule, CASE upper(refresh_mode) WHEN 'AUTO' THEN NULL ELSE refresh_mode END, NULL);
  ELSE
    v_id := pgtrickle._create_called(name, query, schedule, refresh_mode, initialize);
  END IF;
  PERFORM pgtrickle._orchestrate(v_id, orchestration_mode); -- only 0.108
-- raises as the original does
END
$$;

-- Everything anew, whatever the mode.
CREATE FUNCTION pgtrickle._recompute(p_table pgtrickle.pgt_stream_tables) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  v_frontier jsonb;
  v_rows bigint;
BEGIN
  PERFORM pgtrickle._begin_fill(p_table, true);
  v_frontier := pgtrickle._frontier_now(p_table.pgt_id);
  v_rows := pgtrickle._refresh_full(p_table, false);
  PERFORM pgtrickle._complete(p_table, v_frontier, true);
  PERFORM pgtrickle._end_fill(p_table);
  RETURN v_rows;
END
$$;

CREATE FUNCTION pgtrickle._discard(p_table pgtrickle.pgt_stream_tables) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  UPDATE pgtrickle.pgt_stream_tables s SET refresh_mode = 'FULL' WHERE s.pgt_id = p_table.pgt_id AND s.refresh_mode = 'IMMEDIATE';
  PERFORM pgtrickle._sync_maintenance(p_table.pgt_id);
  PERFORM pgtrickle._drop(p_table);
END
$$;

-- Another query is another table, with the settings of the one before.
CREATE FUNCTION pgtrickle._alter_called(p_name text, p_query text, p_schedule text, p_mode text, p_status text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  v_table pgtrickle.pgt_stream_tables := pgtrickle._find_stream_table(p_name);
  v_before text := v_table.refresh_mode;
  v_id bigint := v_table.pgt_id;
  v_calculated boolean := coalesce(p_schedule = 'calculated', false);
BEGIN
  PERFORM pgtrickle._authorise_change(v_table);
  IF p_query IS NOT NULL AND p_query <> coalesce(v_table.original_query, v_table.defining_query) THEN
    PERFORM pgtrickle._discard(v_table);
    v_id := pgtrickle._create(p_name, p_query, v_table.schedule, v_table.refresh_mode, v_table.is_populated);
  END IF;
  PERFORM pgtrickle._alter(p_name, CASE WHEN NOT v_calculated THEN p_schedule END, pgtrickle._altered_mode(p_mode),
    CASE WHEN upper(p_status) = 'INITIALIZING' AND v_table.is_populated THEN 'ACTIVE' ELSE p_status END);
  IF v_calculated THEN
    UPDATE pgtrickle.pgt_stream_tables s SET schedule = NULL, updated_at = now() WHERE s.pgt_id = v_id;
  END IF;
  PERFORM pgtrickle._sync_maintenance(v_id);
  SELECT s.* INTO v_table FROM pgtrickle.pgt_stream_tables s WHERE s.pgt_id = v_id;
  IF v_table.refresh_mode <> v_before THEN
    UPDATE pgtrickle.pgt_stream_tables s SET schedule = NULL WHERE s.pgt_id = v_id AND s.refresh_mode = 'IMMEDIATE';
    PERFORM pgtrickle._recompute(v_table);
    RAISE INFO 'Stream table %.% refreshed (FULL)', v_table.pgt_schema, v_table.pgt_name;
    RAISE WARNING 'pg_trickle: stream table %.% refresh mode changed from % to %; a full refresh was applied. This may take time on '
      'large tables.', v_table.pgt_schema, v_table.pgt_name, v_before, v_table.refresh_mode;
  END IF;
  RETURN v_id;
END
$$;

CREATE FUNCTION pgtrickle.alter_stream_table(
  name text, query text DEFAULT NULL, schedule text DEFAULT NULL, refresh_mode text DEFAULT NULL, status text DEFAULT NULL,
  diamond_consistency text DEFAULT NULL, diamond_schedule_policy text DEFAULT NULL, cdc_mode text DEFAULT NULL,
  append_only boolean DEFAULT NULL, pooler_compatibility_mode boolean DEFAULT NULL, tier text DEFAULT NULL,
  fuse text DEFAULT NULL, fuse_ceiling bigint DEFAULT NULL, fuse_sensitivity integer DEFAULT NULL, partition_by text DEFAULT NULL,
  max_differential_joins integer DEFAULT NULL, max_delta_fraction double precision DEFAULT NULL,
  post_refresh_action text DEFAULT NULL, reindex_drift_threshold double precision DEFAULT NULL,
  sink text DEFAULT NULL, ducklake_sink_path text DEFAULT NULL, ducklake_sink_table_id bigint DEFAULT NULL -- only 0.67
  target_freshness text DEFAULT NULL -- only 0.108
) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
DECLARE
  v_id bigint;
BEGIN
  PERFORM pgtrickle._refuse_null(0, name IS NULL);
  PERFORM pgtrickle._check_target(target_freshness, schedule); -- only 0.108
  refresh_mode := pgtrickle._mode_of_target(target_freshness, refresh_mode); -- only 0.108
  v_id := pgtrickle._alter_called(name, query, schedule, refresh_mode, status);
  PERFORM pgtrickle._aim(v_id, target_freshness); -- only 0.108
-- raises as the original does
END
$$;

CREATE FUNCTION pgtrickle.drop_stream_table(name text, cascade boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql STRICT AS $$
#variable_conflict use_variable
DECLARE
  v_table pgtrickle.pgt_stream_tables;
  v_dependent pgtrickle.pgt_stream_tables;
BEGIN
  v_table := pgtrickle._find_stream_table(name);
  PERFORM pgtrickle._authorise_change(v_table);
  FOR v_dependent IN
    SELECT s.* FROM pgtrickle.pgt_stream_tables s JOIN pgtrickle.pgt_dependencies d USING (pgt_id)
     WHERE d.source_relid = v_table.pgt_relid ORDER BY s.pgt_schema, s.pgt_name
  LOOP
    IF NOT cascade THEN
      RAISE EXCEPTION 'invalid argument: stream table %.% has dependent stream tables: %.%. Use cascade => true to drop them automatically.',
        v_table.pgt_schema, v_table.pgt_name, v_dependent.pgt_schema, v_dependent.pgt_name USING ERRCODE = '22023';
    END IF;
    PERFORM pgtrickle.drop_stream_table(v_dependent.pgt_schema || '.' || v_dependent.pgt_name, true);
  END LOOP;
  PERFORM pgtrickle._discard(v_table);
-- raises as the original does
END
$$;

CREATE FUNCTION pgtrickle.resume_stream_table(name text) RETURNS void
LANGUAGE plpgsql STRICT AS $$
DECLARE
  v_table pgtrickle.pgt_stream_tables;
BEGIN
  v_table := pgtrickle._find_stream_table(resume_stream_table.name);
  PERFORM pgtrickle._authorise_change(v_table);
  IF v_table.status NOT IN ('SUSPENDED', 'ERROR') THEN
    RAISE EXCEPTION 'invalid argument: stream table %.% is not suspended or in error state (current status: %)',
      v_table.pgt_schema, v_table.pgt_name, v_table.status USING ERRCODE = '22023';
  END IF;
  UPDATE pgtrickle.pgt_stream_tables s SET status = 'ACTIVE', consecutive_errors = 0, updated_at = now() WHERE s.pgt_id = v_table.pgt_id;
  PERFORM pgtrickle._alert('resumed', v_table, '{"previous_status": "SUSPENDED"}');
  RAISE INFO 'Stream table %.% resumed (pgt_id=%)', v_table.pgt_schema, v_table.pgt_name, v_table.pgt_id;
-- raises as the original does
END
$$;

CREATE FUNCTION pgtrickle.refresh_stream_table(name text) RETURNS void
LANGUAGE plpgsql STRICT AS $$
DECLARE
  v_table pgtrickle.pgt_stream_tables;
  v_id bigint;
  v_full boolean;
  v_rows bigint;
BEGIN
  PERFORM pgtrickle._pass_gates();
  v_table := pgtrickle._find_stream_table(refresh_stream_table.name);
  PERFORM pgtrickle._authorise_refresh(v_table);
  PERFORM pgtrickle._refuse_external(v_table);
  IF v_table.status IN ('SUSPENDED', 'ERROR') THEN
    RAISE EXCEPTION 'invalid argument: stream table %.% is % ; use pgtrickle.resume_stream_table(''%'') first',
      v_table.pgt_schema, v_table.pgt_name, CASE v_table.status WHEN 'ERROR' THEN 'in error state' ELSE 'suspended' END,
      CASE v_table.pgt_schema WHEN 'public' THEN v_table.pgt_name ELSE v_table.pgt_schema || '.' || v_table.pgt_name END
      USING ERRCODE = '22023';
  END IF;
  -- Both locks are the transaction's: whoever holds one keeps others out until it has ended.
  IF pg_try_advisory_xact_lock(v_table.pgt_id) THEN
    SELECT s.pgt_id INTO v_id FROM pgtrickle.pgt_stream_tables s WHERE s.pgt_id = v_table.pgt_id FOR UPDATE SKIP LOCKED;
  END IF;
  IF v_id IS NULL THEN
    RAISE NOTICE 'refresh skipped: %.% — another refresh is already in progress', v_table.pgt_schema, v_table.pgt_name;
    RETURN;
  END IF;
  SELECT s.* INTO v_table FROM pgtrickle.pgt_stream_tables s WHERE s.pgt_id = v_id;
  IF v_table.needs_reinit THEN
    PERFORM pgtrickle._renew_sources(v_id);
    v_rows := pgtrickle._recompute(v_table);
    v_full := true;
  ELSE
    SELECT r.full_done, r.rows_touched INTO v_full, v_rows FROM pgtrickle._refresh(v_table, true) r;
  END IF;
  INSERT INTO pgtrickle.pgt_refresh_history (pgt_id, data_timestamp, start_time, end_time, action, rows_inserted, status, initiated_by)
  VALUES (v_id, now(), now(), now(), CASE WHEN v_table.needs_reinit THEN 'REINITIALIZE' WHEN v_full THEN 'FULL' ELSE 'DIFFERENTIAL' END, v_rows, 'COMPLETED', 'MANUAL');
  UPDATE pgtrickle.pgt_stream_tables s
     SET effective_refresh_mode = CASE WHEN v_full THEN 'FULL' WHEN v_rows = 0 THEN 'NO_DATA' ELSE 'DIFFERENTIAL' END
   WHERE s.pgt_id = v_id;
  IF v_full THEN
    RAISE INFO 'Stream table %.% refreshed (FULL)', v_table.pgt_schema, v_table.pgt_name;
  ELSE
    RAISE INFO 'Stream table %.% refreshed (DIFFERENTIAL: +% -0)', v_table.pgt_schema, v_table.pgt_name, v_rows;
  END IF;
-- raises as the original does
END
$$;

CREATE FUNCTION pgtrickle.repair_stream_table(name text) RETURNS text
LANGUAGE plpgsql STRICT AS $$
DECLARE
  v_table pgtrickle.pgt_stream_tables;
BEGIN
  v_table := pgtrickle._find_stream_table(repair_stream_table.name);
  PERFORM pgtrickle._authorise_change(v_table);
  PERFORM pgtrickle._renew_sources(v_table.pgt_id), pgtrickle._recompute(v_table);
  RETURN format('Stream table %s.%s repaired', v_table.pgt_schema, v_table.pgt_name);
-- raises as the original does
END
$$;

CREATE FUNCTION pgtrickle.pg_trickle_hash(input text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT pgtrickle._xxhash(coalesce(convert_to(input, 'UTF8'), '\x004e554c4c00'), 5871781006564002453)
$$;

ALTER FUNCTION pgtrickle.pg_trickle_hash_multi(text[]) STRICT;
