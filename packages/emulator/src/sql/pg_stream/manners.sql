-- What pg_stream does where pg_trickle, or one of its releases, does something else. The same functions are in pg_trickle/manners.sql
-- and in its releases' own folders.

-- The original raises its own errors as XX000, whatever their kind.
CREATE FUNCTION pgstream._code(p_kind text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 'XX000' $$;

CREATE FUNCTION pgstream._row_id_type() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 'bigint' $$;

CREATE FUNCTION pgstream._row_id(p_hash bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT p_hash $$;

-- Where the log is written to: a transaction's own changes are not there yet.
CREATE FUNCTION pgstream._wal_position_function() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 'pg_current_wal_lsn' $$;

CREATE FUNCTION pgstream._wal_position() RETURNS pg_lsn
LANGUAGE sql VOLATILE AS $$ SELECT pg_current_wal_lsn() $$;

-- Changes are captured with the rights of who writes.
CREATE FUNCTION pgstream._capture_rights() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT '' $$;

CREATE FUNCTION pgstream._always_moves_data_timestamp() RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT true $$;

CREATE FUNCTION pgstream._is_own_trigger(p_name name) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT p_name LIKE E'pg\\_stream\\_cdc\\_%' $$;

CREATE FUNCTION pgstream._blocks_ddl(p_source oid) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT pgstream._setting('block_source_ddl', 'off')::boolean $$;

-- Nobody is asked for more than PostgreSQL itself asks for.
CREATE FUNCTION pgstream._authorise_create(p_schema text, p_sources jsonb) RETURNS void
LANGUAGE sql STABLE AS $$ SELECT $$;

-- Applications may write to a stream table.
CREATE FUNCTION pgstream._storage_made(p_storage oid) RETURNS void
LANGUAGE sql STABLE AS $$ SELECT $$;

CREATE FUNCTION pgstream._begin_fill(p_table pgstream.pgs_stream_tables, p_manual boolean) RETURNS void
LANGUAGE sql STABLE AS $$ SELECT $$;

CREATE FUNCTION pgstream._end_fill(p_table pgstream.pgs_stream_tables) RETURNS void
LANGUAGE sql STABLE AS $$ SELECT $$;

-- The first refresh recomputes everything.
CREATE FUNCTION pgstream._initial_frontier(p_pgs_id bigint) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$ SELECT NULL::jsonb $$;

-- A table that is built on stream tables alone is computed anew each time that somebody refreshes it.
CREATE FUNCTION pgstream._follows_stream_tables() RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT false $$;

-- History is the scheduler's alone.
CREATE FUNCTION pgstream._record_initial_fill(p_pgs_id bigint) RETURNS void
LANGUAGE sql STABLE AS $$ SELECT $$;

-- Names are split at the first dot, nothing parsed, trimmed or folded (contract A.1).
CREATE FUNCTION pgstream._split_name(p_name text, p_default_schema text, OUT schema_name text, OUT table_name text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN strpos(p_name, '.') = 0 THEN p_default_schema ELSE left(p_name, strpos(p_name, '.') - 1) END,
         substr(p_name, strpos(p_name, '.') + 1)
$$;

-- Read back without quotes, which folds its case: the original's trap with mixed-case names.
CREATE FUNCTION pgstream._read_back(p_schema text, p_name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT p_schema || '.' || p_name $$;
