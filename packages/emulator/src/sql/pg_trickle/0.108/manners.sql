-- What 0.108 does where 0.67 does something else: the functions of 0.67/manners.sql (contract F.3 to F.7).

CREATE FUNCTION pgtrickle._row_id_type() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 'bytea NOT NULL' $$;

CREATE FUNCTION pgtrickle._row_id(p_hash bigint) RETURNS bytea
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT int8send(coalesce(p_hash, 0)) $$;

CREATE FUNCTION pgtrickle._follows_stream_tables() RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT true $$;

CREATE FUNCTION pgtrickle._authorise_create(p_schema text, p_sources jsonb) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM pgtrickle._require_privilege(has_schema_privilege(pgtrickle._outer_user(), n.oid, 'CREATE'), 'schema', n.nspname)
    FROM pg_namespace n WHERE n.nspname = p_schema;
  -- What lies below a view is its owner's affair.
  PERFORM pgtrickle._require_select(pgtrickle._outer_user(), ARRAY(
    SELECT (s ->> 'relid')::oid FROM jsonb_array_elements(p_sources) s
     WHERE s ->> 'type' = 'VIEW' OR NOT p_sources @> '[{"type": "VIEW"}]'));
END
$$;

CREATE FUNCTION pgtrickle._authorise_change(p_table pgtrickle.pgt_stream_tables) RETURNS void
LANGUAGE sql STABLE AS $$ SELECT pgtrickle._refuse_not_owner(p_table, pgtrickle._outer_user()) $$;

CREATE FUNCTION pgtrickle._authorise_refresh(p_table pgtrickle.pgt_stream_tables) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
  PERFORM pgtrickle._refuse_not_owner(p_table, pgtrickle._outer_user());
  -- The owner needs SELECT on the sources at each refresh.
  PERFORM pgtrickle._require_select((SELECT pg_get_userbyid(c.relowner) FROM pg_class c WHERE c.oid = p_table.pgt_relid), ARRAY(
    SELECT d.source_relid FROM pgtrickle.pgt_dependencies d WHERE d.pgt_id = p_table.pgt_id AND (d.source_type = 'VIEW' OR NOT EXISTS (
      SELECT FROM pgtrickle.pgt_dependencies v WHERE v.pgt_id = p_table.pgt_id AND v.source_type = 'VIEW'))));
END
$$;

-- The table is the caller's, whoever makes it.
CREATE FUNCTION pgtrickle._storage_made(p_storage oid) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pgtrickle._guard_storage(p_storage);
  EXECUTE format('ALTER TABLE %s OWNER TO %I', p_storage::regclass, pgtrickle._outer_user());
END
$$;

CREATE FUNCTION pgtrickle._begin_fill(p_table pgtrickle.pgt_stream_tables, p_manual boolean) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pgtrickle._open_storage();
  PERFORM pgtrickle._lock_sources(p_table, p_manual);
  PERFORM pgtrickle._enter_names(p_table);
END
$$;

-- The names in the query mean what they meant to who wrote it.
CREATE FUNCTION pgtrickle._enter_names(p_table pgtrickle.pgt_stream_tables) RETURNS void
LANGUAGE sql AS $$
  SELECT set_config('pg_trickle._search_path', current_setting('search_path'), true),
         set_config('search_path', p_table.defining_search_path, true)
$$;

CREATE FUNCTION pgtrickle._leave_names() RETURNS void
LANGUAGE sql AS $$
  SELECT set_config('search_path', current_setting('pg_trickle._search_path'), true)
$$;

-- So that no change is lost: who is writing has ended before the query looks, and who wants to write waits for the refresh. A
-- person's refresh waits for writers without a bound of its own, the scheduler tries again.
CREATE FUNCTION pgtrickle._lock_sources(p_table pgtrickle.pgt_stream_tables, p_waits boolean) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_source oid;
BEGIN
  FOR v_source IN
    SELECT d.source_relid FROM pgtrickle.pgt_dependencies d JOIN pg_class c ON c.oid = d.source_relid
     WHERE d.pgt_id = p_table.pgt_id AND d.source_type IN ('TABLE', 'STREAM_TABLE') ORDER BY d.source_relid
  LOOP
    EXECUTE format('LOCK TABLE %s IN SHARE MODE', v_source::regclass) || CASE WHEN p_waits THEN '' ELSE ' NOWAIT' END;
  END LOOP;
EXCEPTION WHEN lock_not_available THEN
  IF p_waits THEN
    RAISE;
  END IF;
  RAISE EXCEPTION 'safe frontier unavailable: a writer of % is open', v_source::regclass USING ERRCODE = '55P03';
END
$$;

CREATE FUNCTION pgtrickle._end_fill(p_table pgtrickle.pgt_stream_tables) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pgtrickle._close_storage(), pgtrickle._leave_names();
END
$$;

-- Names with quotes are read as SQL reads them; without, nothing is folded.
CREATE FUNCTION pgtrickle._split_name(p_name text, p_default_schema text, OUT schema_name text, OUT table_name text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN q.parts IS NOT NULL THEN CASE cardinality(q.parts) WHEN 1 THEN p_default_schema ELSE q.parts[1] END
              WHEN strpos(p_name, '.') = 0 THEN p_default_schema ELSE left(p_name, strpos(p_name, '.') - 1) END,
         coalesce(q.parts[cardinality(q.parts)], substr(p_name, strpos(p_name, '.') + 1))
    FROM (SELECT CASE WHEN strpos(p_name, '"') > 0 THEN parse_ident(p_name) END AS parts) q
$$;

CREATE FUNCTION pgtrickle._read_back(p_schema text, p_name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT format('%I.%I', p_schema, p_name) $$;

CREATE FUNCTION pgtrickle._included(p_columns jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT '' $$;

-- What is orchestrated from outside, or is to be refreshed by hand, is left alone.
CREATE FUNCTION pgtrickle._is_scheduled(p_table pgtrickle.pgt_stream_tables) RETURNS boolean
LANGUAGE sql STABLE AS $$
  SELECT p_table.refresh_mode <> 'IMMEDIATE' AND p_table.orchestration_mode = 'MANAGED'
     AND p_table.target_freshness_mode IS DISTINCT FROM 'MANUAL'
$$;
