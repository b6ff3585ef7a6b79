-- What stands around the calls that both releases have: the functions of 0.108/calls.sql.

CREATE FUNCTION pgtrickle._pass_gates() RETURNS void
LANGUAGE sql STABLE AS $$ SELECT $$;

CREATE FUNCTION pgtrickle._refuse_external(p_table pgtrickle.pgt_stream_tables) RETURNS void
LANGUAGE sql STABLE AS $$ SELECT $$;

-- What was asked for is not kept.
CREATE FUNCTION pgtrickle._mode_requested(p_pgt_id bigint, p_mode text) RETURNS void
LANGUAGE sql STABLE AS $$ SELECT $$;

CREATE FUNCTION pgtrickle.version() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT '0.67.0' $$;

-- AUTO is stored as it stands, and meets the catalog's constraint.
CREATE FUNCTION pgtrickle._altered_mode(p_mode text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT p_mode $$;
