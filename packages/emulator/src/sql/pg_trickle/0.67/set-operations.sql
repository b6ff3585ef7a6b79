-- EXCEPT and INTERSECT keep two counts beside each row, and EXCEPT rows that are not in its result (contract B.5).

CREATE FUNCTION pgtrickle._counting(p_identity jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT p_identity
    || CASE WHEN p_identity ->> 'count' IN ('except', 'intersect') THEN '{"by": "all"}'::jsonb
            WHEN p_identity ->> 'count' IN ('distinct', 'one') AND p_identity ->> 'by' = 'all' THEN jsonb_build_object('index', p_identity -> 'columns')
            ELSE '{}' END
$$;

-- How often a row comes from the left and how often from the right. No SQL where the text has other than two sides.
CREATE FUNCTION pgtrickle._counted_sides(p_query text, p_words pgtrickle._word[], p_count text, p_columns text[]) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_operators pgtrickle._word[] := ARRAY(
    SELECT p_words[n] FROM generate_subscripts(p_words, 1) n
     WHERE p_words[n].depth = 0 AND p_words[n].kind = 'word' AND p_words[n].word IN ('union', 'except', 'intersect', 'order', 'limit'));
  v_columns text := (SELECT string_agg(quote_ident(c), ', ') FROM unnest(p_columns) c);
  v_right text;
BEGIN
  IF cardinality(v_operators) <> 1 OR v_operators[1].word <> p_count THEN
    RAISE EXCEPTION 'not two sides' USING ERRCODE = 'syntax_error';
  END IF;
  v_right := regexp_replace(substr(p_query, v_operators[1].start + length(p_count)), E'^\\s+(all|distinct)\\M', '', 'i');
  RETURN format('SELECT %1$s, pg_catalog.count(*) FILTER (WHERE __pgt_left) AS __pgt_count_l,'
      ' pg_catalog.count(*) FILTER (WHERE NOT __pgt_left) AS __pgt_count_r'
      ' FROM (SELECT l.*, true FROM (%2$s) l UNION ALL SELECT r.*, false FROM (%3$s) r) sides (%1$s, __pgt_left) GROUP BY %1$s%4$s',
    v_columns, left(p_query, v_operators[1].start - 1), v_right,
    CASE p_count WHEN 'intersect' THEN ' HAVING bool_or(__pgt_left) AND NOT bool_and(__pgt_left)' ELSE '' END);
END
$$;

-- A row of EXCEPT stays once it was on the left.
CREATE FUNCTION pgtrickle._arrival(p_identity jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE p_identity ->> 'count' WHEN 'except' THEN 's.__pgt_count_l > 0' ELSE 'true' END
$$;

CREATE FUNCTION pgtrickle._departure(p_identity jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE p_identity ->> 'count' WHEN 'except' THEN 'UPDATE SET __pgt_count_l = 0, __pgt_count_r = 0' ELSE 'DELETE' END
$$;
