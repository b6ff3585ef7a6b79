-- Set operations hold their result and nothing else (contract F.5): those that pg_stream would count are done in FULL mode.

CREATE FUNCTION pgtrickle._counting(p_identity jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT p_identity
    || CASE WHEN p_identity ->> 'count' IN ('except', 'intersect') THEN '{"count": null}'::jsonb
            WHEN p_identity ->> 'count' IN ('distinct', 'one') AND p_identity ->> 'by' = 'all' THEN jsonb_build_object('index', p_identity -> 'columns')
            ELSE '{}' END
$$;

CREATE FUNCTION pgtrickle._arrival(p_identity jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 'true' $$;

CREATE FUNCTION pgtrickle._departure(p_identity jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT 'DELETE' $$;
