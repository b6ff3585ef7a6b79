-- Which queries are accepted, and what is counted beside their rows: the functions of pg_trickle/queries.sql and of its releases' set-operations.sql.

-- The original cuts the text by bytes, and stumbles over the first letter that is more than one, in a name, literal or comment.
CREATE FUNCTION pgstream._refuse_text(p_query text) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  IF octet_length(p_query) <> length(p_query) THEN
    RAISE EXCEPTION 'end byte index % is not a char boundary', length((regexp_match(p_query, E'^[\\u0001-\\u007f]*'))[1]) + 1
      USING ERRCODE = 'XX000';
  END IF;
END
$$;

-- The text that is analysed.
CREATE FUNCTION pgstream._analysable(p_query text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT p_query $$;

CREATE FUNCTION pgstream._text_problem(p_query text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT NULL::text $$;

CREATE FUNCTION pgstream._limit_problem(p_tree jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN CASE
    WHEN pgstream._field(p_tree, 'limitCount') IS NOT NULL THEN
      'LIMIT is not supported in defining queries. Stream tables materialize the full result set.'
    WHEN pgstream._field(p_tree, 'limitOffset') IS NOT NULL THEN
      'OFFSET is not supported in defining queries. Stream tables materialize the full result set.'
    END;
END
$$;

CREATE FUNCTION pgstream._volatile_problem() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT 'Volatile functions and operators are not supported in DIFFERENTIAL mode because they produce different values on each '
    'evaluation, breaking delta computation. Use FULL refresh mode instead, or replace with a deterministic alternative.'
$$;

CREATE FUNCTION pgstream._require_from(p_query jsonb) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_from jsonb := pgstream._field(pgstream._field(p_query, 'jointree'), 'fromlist');
  v_values boolean;
BEGIN
  IF pgstream._field(p_query, 'setOperations') IS NOT NULL THEN
    RETURN;
  END IF;
  -- A bare VALUES has no FROM either, and no target list.
  v_values := jsonb_array_length(v_from) = 1 AND pgstream._field(p_query, 'rtable') -> 0 -> 'rtekind' ->> 0 = '5';
  IF v_from IS NULL OR v_values THEN
    RAISE EXCEPTION 'query parse error: Defining query must have a FROM clause '
      '(op=0, all=false, larg_null=true, rarg_null=true, target_len=%, where_null=%)',
      CASE WHEN v_values THEN 0 ELSE jsonb_array_length(pgstream._field(p_query, 'targetList')) END,
      (pgstream._field(pgstream._field(p_query, 'jointree'), 'quals') IS NULL)::text
      USING ERRCODE = pgstream._code('42000');
  END IF;
END
$$;

-- The original looks up a qualified name itself, before PostgreSQL does, and stumbles over the empty answer.
CREATE FUNCTION pgstream._refuse_unknown(p_message text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  IF p_message ~ E'"[^"]*\\.[^"]*"' THEN
    PERFORM pgstream._refuse_untrackable(NULL);
  END IF;
END
$$;

-- The same empty answer comes for system catalogs and temporary tables.
CREATE FUNCTION pgstream._refuse_untrackable(p_relation name) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'SPI error: SpiTupleTable positioned before the start or after the end' USING ERRCODE = 'XX000';
END
$$;

-- What is counted, as far as this extension counts it.
CREATE FUNCTION pgstream._counting(p_identity jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT p_identity || CASE WHEN p_identity ->> 'count' IN ('except', 'intersect') THEN '{"count": "one"}'::jsonb ELSE '{}' END
$$;

CREATE FUNCTION pgstream._auxiliary_counters(p_query text, p_list pgstream._word[], p_columns text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT '' $$;

-- Every row of the query is a row of the table, and goes when it goes.
CREATE FUNCTION pgstream._arrival(p_identity jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 'true' $$;

CREATE FUNCTION pgstream._departure(p_identity jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 'DELETE' $$;

CREATE FUNCTION pgstream._included(p_columns jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT '' $$;
