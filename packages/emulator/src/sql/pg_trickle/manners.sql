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
  SELECT p_name LIKE E'pg\\_trickle\\_cdc\\_%' OR p_name IN ('pgt_dml_guard', 'pgt_truncate_guard')
$$;

-- Columns that come or go are blocked; another name or type is let through (contract B.5).
CREATE FUNCTION pgtrickle._blocks_ddl(p_source oid) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT pgtrickle._setting('block_source_ddl', 'on')::boolean AND EXISTS (
    SELECT FROM pgtrickle.pgt_dependencies d, pgtrickle._column_snapshot(p_source) k
     WHERE d.source_relid = p_source AND jsonb_array_length(d.column_snapshot) <> jsonb_array_length(k.snapshot))
$$;

CREATE FUNCTION pgtrickle._guard() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  IF coalesce(nullif(current_setting('pg_trickle.internal_refresh', true), ''), 'false')::boolean THEN
    RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
  END IF;
  RAISE EXCEPTION 'Direct DML on stream table % is not allowed. Stream tables are maintained automatically by pg_trickle.',
    format('%s.%s', TG_TABLE_SCHEMA, TG_TABLE_NAME) USING ERRCODE = 'P0001';
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
  RETURN pgtrickle._frontier_now(p_pgt_id);
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
