-- The one place that reads PostgreSQL's node trees (pg_rewrite.ev_action).

-- A node tree as JSON, so that jsonb path queries can look into it. A node `{NAME :field value …}` becomes an object with
-- "node": ["NAME"] and an array of values for each field (a field may hold several tokens), a list an array, `<>` null.
CREATE FUNCTION pgstream._node_tree(p_tree text) RETURNS jsonb
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  WITH token AS (
    SELECT n, m[1] AS word, lag(m[1]) OVER w AS before, m[1] LIKE ':%' AS colon,
           n - row_number() OVER (PARTITION BY m[1] LIKE ':%' ORDER BY n) AS run
      FROM regexp_matches(p_tree, E'((?:\\\\.|[^\\\\\\s(){}])+|[(){}])', 'g') WITH ORDINALITY t (m, n)
    WINDOW w AS (ORDER BY n)
  ), parts AS (
    SELECT n, word,
           CASE
             WHEN word IN ('{', '}', '(', ')') THEN word
             WHEN before = '{' THEN 'name'
             -- A name that begins with a colon is a value: labels never follow each other.
             WHEN colon AND row_number() OVER (PARTITION BY colon, run ORDER BY n) % 2 = 1 THEN 'label'
             ELSE 'value'
           END AS part
      FROM token
  )
  SELECT string_agg(
           CASE WHEN part IN ('{', '(', 'value') AND previous IN ('value', '}', ')') THEN ',' ELSE '' END
           || CASE part
                WHEN '{' THEN '{"node":['
                WHEN '}' THEN ']}'
                WHEN '(' THEN '['
                WHEN ')' THEN ']'
                WHEN 'name' THEN to_json(word)::text
                WHEN 'label' THEN '],' || to_json(substr(word, 2))::text || ':['
                ELSE CASE WHEN word = '<>' THEN 'null' ELSE
                  to_json(regexp_replace(regexp_replace(word, '^"(.*)"$', E'\\1'), E'\\\\(.)', E'\\1', 'g'))::text END
              END, '' ORDER BY n)::jsonb
    FROM (SELECT parts.*, lag(part) OVER (ORDER BY n) AS previous FROM parts) p
$$;

-- The analysed query behind a view.
CREATE FUNCTION pgstream._view_tree(p_view oid) RETURNS jsonb
LANGUAGE sql STABLE STRICT AS $$
  SELECT pgstream._node_tree(r.ev_action::text) -> 0 FROM pg_rewrite r WHERE r.ev_class = p_view AND r.rulename = '_RETURN'
$$;

-- The first value of a field, NULL where the tree has none.
CREATE FUNCTION pgstream._field(p_node jsonb, p_field text) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT nullif(p_node -> p_field -> 0, 'null'::jsonb)
$$;

-- Every node of one kind at any depth, subqueries included.
CREATE FUNCTION pgstream._nodes(p_tree jsonb, p_kind text) RETURNS SETOF jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT jsonb_path_query(p_tree, 'strict $.** ? (@.node[0] == $kind)', jsonb_build_object('kind', p_kind))
$$;
