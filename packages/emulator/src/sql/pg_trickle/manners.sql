-- What pg_trickle does where pg_stream does something else, in every release: the functions of pg_stream/manners.sql, together
-- with those in the release's own folder.

CREATE FUNCTION pgtrickle._code(p_kind text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT p_kind $$;

-- Where the log is inserted at, a transaction's own changes included: it may write and refresh again and again.
CREATE FUNCTION pgtrickle._wal_position_function() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 'pg_current_wal_insert_lsn' $$;

CREATE FUNCTION pgtrickle._wal_position() RETURNS pg_lsn
LANGUAGE sql VOLATILE AS $$ SELECT pg_current_wal_insert_lsn() $$;

-- Who writes to a source needs no rights on the extension.
CREATE FUNCTION pgtrickle._capture_rights() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 'SECURITY DEFINER SET search_path = pgtrickle_changes, pgtrickle, pg_catalog, pg_temp' $$;

-- It stays when a refresh found nothing new.
CREATE FUNCTION pgtrickle._always_moves_data_timestamp() RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT false $$;

CREATE FUNCTION pgtrickle._is_own_trigger(p_name name) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT p_name LIKE E'pg\\_trickle\\_cdc\\_%' OR p_name LIKE E'pgt\\_ivm\\_%' OR p_name IN ('pgt_dml_guard', 'pgt_truncate_guard')
$$;

CREATE FUNCTION pgtrickle._blocks_ddl_by_default() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 'on' $$;

-- Columns that come or go count; another name or type is let through (contract B.5).
CREATE FUNCTION pgtrickle._affects_result(p_source oid) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM pgtrickle.pgt_dependencies d, pgtrickle._column_snapshot(p_source) k
     WHERE d.source_relid = p_source AND jsonb_array_length(d.column_snapshot) <> jsonb_array_length(k.snapshot))
$$;

CREATE FUNCTION pgtrickle._why_ddl_is_blocked() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT 'column-affecting DDL is not allowed while pg_trickle.block_source_ddl = true (the default). To proceed: SET '
    'pg_trickle.block_source_ddl = false, run the DDL, then run ALTER STREAM TABLE ... to update the defining query, and re-enable: '
    'SET pg_trickle.block_source_ddl = true.'
$$;

CREATE FUNCTION pgtrickle._guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(nullif(current_setting('pg_trickle.internal_refresh', true), ''), 'false')::boolean THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  RAISE EXCEPTION 'Direct DML on stream table % is not allowed. Stream tables are maintained automatically by pg_trickle.',
    TG_TABLE_NAME USING ERRCODE = 'P0001';
END
$$;

CREATE FUNCTION pgtrickle._guard_storage(p_storage oid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER pgt_dml_guard BEFORE INSERT OR UPDATE OR DELETE ON %s FOR EACH ROW'
    ' EXECUTE FUNCTION pgtrickle._guard()', p_storage::regclass);
  EXECUTE format('CREATE TRIGGER pgt_truncate_guard BEFORE TRUNCATE ON %s FOR EACH STATEMENT'
    ' EXECUTE FUNCTION pgtrickle._guard()', p_storage::regclass);
END
$$;

-- From here on a stream table's rows may be written. row_security stays off to the transaction's end, as in the original.
CREATE FUNCTION pgtrickle._open_storage() RETURNS void
LANGUAGE sql AS $$
  SELECT set_config('pg_trickle.internal_refresh', 'true', true), set_config('row_security', 'off', true)
$$;

CREATE FUNCTION pgtrickle._close_storage() RETURNS void
LANGUAGE sql AS $$
  SELECT set_config('pg_trickle.internal_refresh', 'false', true)
$$;

-- What the initial fill has seen is known, so that the first refresh is incremental already.
CREATE FUNCTION pgtrickle._initial_frontier(p_pgt_id bigint) RETURNS jsonb
LANGUAGE plpgsql AS $$
BEGIN
  RETURN pgtrickle._frontier_now(p_pgt_id) || jsonb_build_object('changed', clock_timestamp());
END
$$;

CREATE FUNCTION pgtrickle._record_initial_fill(p_pgt_id bigint) RETURNS void
LANGUAGE sql AS $$
  INSERT INTO pgtrickle.pgt_refresh_history (pgt_id, data_timestamp, start_time, end_time, action, status, initiated_by)
  VALUES (p_pgt_id, now(), now(), now(), 'FULL', 'COMPLETED', 'INITIAL')
$$;

CREATE FUNCTION pgtrickle._refuse_not_owner(p_table pgtrickle.pgt_stream_tables, p_role name) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
  IF NOT pg_has_role(p_role, (SELECT c.relowner FROM pg_class c WHERE c.oid = p_table.pgt_relid), 'USAGE') THEN
    RAISE EXCEPTION 'permission denied: must be owner of stream table %.%', p_table.pgt_schema, p_table.pgt_name USING ERRCODE = '42501';
  END IF;
END
$$;

CREATE FUNCTION pgtrickle._tells_positions_from_none() RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT true $$;

CREATE FUNCTION pgtrickle._cron_fields_problem(p_pattern text, p_fields integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN p_pattern LIKE '@%' THEN 'Invalid pattern: Pattern must have between 5 and 7 fields.'
    ELSE format('expected 5 or 6 fields, got %s', p_fields) END
$$;

CREATE FUNCTION pgtrickle._refresh_modes() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT '{AUTO,FULL,DIFFERENTIAL,IMMEDIATE}'::text[] $$;

CREATE FUNCTION pgtrickle._refresh_modes_in_words() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT '''AUTO'', ''FULL'', ''DIFFERENTIAL'', or ''IMMEDIATE''' $$;

-- NULL when it is gone, and its change buffer stays.
CREATE FUNCTION pgtrickle._source_name(p_source oid) RETURNS text
LANGUAGE sql STABLE AS $$ SELECT c.oid::regclass::text FROM pg_class c WHERE c.oid = p_source $$;

-- Errors after which another try may succeed: locks, resources, cancellation, collisions.
CREATE FUNCTION pgtrickle._is_passing(p_sqlstate text) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT left(p_sqlstate, 2) IN ('40', '53', '55', '57', '58', '08') $$;

-- Without a schedule a table is refreshed when there is something new.
CREATE FUNCTION pgtrickle._follows_its_sources(p_table pgtrickle.pgt_stream_tables) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  RETURN pgtrickle._scheduled_action(p_table) <> 'NO_DATA';
END
$$;
