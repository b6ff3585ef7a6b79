-- What 0.67 does where 0.108 does something else: the functions of 0.108/manners.sql.

CREATE FUNCTION pgtrickle._row_id_type() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 'bigint' $$;

CREATE FUNCTION pgtrickle._row_id(p_hash bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT p_hash $$;

-- A table that is built on stream tables alone is computed anew each time that somebody refreshes it.
CREATE FUNCTION pgtrickle._follows_stream_tables() RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT false $$;

-- Everything runs with the rights of who calls, and PostgreSQL asks for them.
CREATE FUNCTION pgtrickle._authorise_create(p_schema text, p_sources jsonb) RETURNS void
LANGUAGE sql STABLE AS $$ SELECT $$;

CREATE FUNCTION pgtrickle._authorise_change(p_table pgtrickle.pgt_stream_tables) RETURNS void
LANGUAGE sql STABLE AS $$ SELECT pgtrickle._refuse_not_owner(p_table, current_user) $$;

CREATE FUNCTION pgtrickle._authorise_refresh(p_table pgtrickle.pgt_stream_tables) RETURNS void
LANGUAGE sql STABLE AS $$ SELECT $$;

CREATE FUNCTION pgtrickle._storage_made(p_storage oid) RETURNS void
LANGUAGE sql AS $$ SELECT pgtrickle._guard_storage(p_storage) $$;

-- Writers are not kept out: a change that is committed later may be missed for good.
CREATE FUNCTION pgtrickle._begin_fill(p_table pgtrickle.pgt_stream_tables, p_manual boolean) RETURNS void
LANGUAGE sql AS $$ SELECT pgtrickle._open_storage() $$;

-- A bare name in the query means what it means to whoever refreshes.
CREATE FUNCTION pgtrickle._enter_names(p_table pgtrickle.pgt_stream_tables) RETURNS void
LANGUAGE sql STABLE AS $$ SELECT $$;

CREATE FUNCTION pgtrickle._leave_names() RETURNS void
LANGUAGE sql STABLE AS $$ SELECT $$;

CREATE FUNCTION pgtrickle._end_fill(p_table pgtrickle.pgt_stream_tables) RETURNS void
LANGUAGE sql AS $$ SELECT pgtrickle._close_storage() $$;

-- Names are split at the first dot, nothing parsed, trimmed or folded (contract A.1).
CREATE FUNCTION pgtrickle._split_name(p_name text, p_default_schema text, OUT schema_name text, OUT table_name text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN strpos(p_name, '.') = 0 THEN p_default_schema ELSE left(p_name, strpos(p_name, '.') - 1) END,
         substr(p_name, strpos(p_name, '.') + 1)
$$;

-- Read back without quotes, which folds its case: the original's trap with mixed-case names. A semicolon ends the statement there.
CREATE FUNCTION pgtrickle._read_back(p_schema text, p_name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $$
BEGIN
  IF strpos(p_name, ';') > 0 THEN
    RAISE EXCEPTION 'syntax error at or near ";"' USING ERRCODE = '42601';
  END IF;
  RETURN p_schema || '.' || p_name;
END
$$;

-- Up to eight columns are looked up in the index alone.
CREATE FUNCTION pgtrickle._included(p_columns jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN jsonb_array_length(p_columns) <= 8 THEN format(' INCLUDE (%s)', (
      SELECT string_agg(quote_ident(c ->> 'name'), ', ' ORDER BY n) FROM jsonb_array_elements(p_columns) WITH ORDINALITY x (c, n)))
    ELSE '' END
$$;

CREATE FUNCTION pgtrickle._is_scheduled(p_table pgtrickle.pgt_stream_tables) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT p_table.refresh_mode <> 'IMMEDIATE' $$;
