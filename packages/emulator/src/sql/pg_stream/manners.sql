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

CREATE FUNCTION pgstream._blocks_ddl_by_default() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 'off' $$;

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

CREATE FUNCTION pgstream._refresh_modes() RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT '{FULL,DIFFERENTIAL}'::text[] $$;

CREATE FUNCTION pgstream._refresh_modes_in_words() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT '''FULL'' or ''DIFFERENTIAL''' $$;

-- A frontier without positions counts as none.
CREATE FUNCTION pgstream._tells_positions_from_none() RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT false $$;

-- Another look of the columns is another look of the result.
CREATE FUNCTION pgstream._affects_result(p_source oid) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT true $$;

CREATE FUNCTION pgstream._why_ddl_is_blocked() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT 'column-affecting DDL is not allowed on source tables tracked by stream tables when pg_stream.block_source_ddl = true. '
    'Set pg_stream.block_source_ddl = false to allow schema changes (triggers reinitialization).'
$$;

CREATE FUNCTION pgstream._cron_fields_problem(p_pattern text, p_fields integer) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 'Invalid pattern: Pattern must have between 5 and 7 fields.' $$;

-- A source that is gone prints as its number, which is then a syntax error: the original's trap (contract A.1, drop).
CREATE FUNCTION pgstream._source_name(p_source oid) RETURNS text
LANGUAGE sql STABLE AS $$ SELECT p_source::regclass::text $$;

-- Without a schedule a table is refreshed by hand.
CREATE FUNCTION pgstream._follows_its_sources(p_table pgstream.pgs_stream_tables) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT false $$;

CREATE FUNCTION pgstream._is_scheduled(p_table pgstream.pgs_stream_tables) RETURNS boolean
LANGUAGE sql STABLE AS $$ SELECT true $$;
