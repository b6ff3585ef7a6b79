-- Which queries are accepted, and what is counted beside their rows (contract B.5, B.6), where pg_stream has other rules.

-- Counted before it is analysed, as the original's parser does.
CREATE FUNCTION pgtrickle._refuse_text(p_query text) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  v_words pgtrickle._word[];
  v_statements bigint;
BEGIN
  SELECT array_agg((w.kind, lower(w.word), w.depth, w.start)::pgtrickle._word ORDER BY w.n) INTO v_words FROM pgtrickle._words(p_query) w;
  IF v_words IS NULL THEN
    RAISE EXCEPTION 'query parse error: raw_parser returned NULL' USING ERRCODE = '42000';
  END IF;
  SELECT 1 + count(*) INTO v_statements FROM generate_subscripts(v_words, 1) n
   WHERE v_words[n].word = ';' AND v_words[n].kind = 'sign' AND n < cardinality(v_words);
  IF v_statements > 1 THEN
    RAISE EXCEPTION 'query parse error: Expected 1 statement, got %', v_statements USING ERRCODE = '42000';
  ELSIF v_words[1].word IN ('insert', 'update', 'delete', 'merge') THEN
    RAISE EXCEPTION 'query parse error: Defining query returns no columns' USING ERRCODE = '42000';
  END IF;
END
$$;

-- Where FOR UPDATE or FOR SHARE begins; NULL where nothing is locked.
CREATE FUNCTION pgtrickle._locking_clause(p_query text) RETURNS integer
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT max(w.start) FROM (
    SELECT w.start, w.depth, w.kind, lower(w.word) AS word, lower(lead(w.word) OVER (ORDER BY w.n)) AS next FROM pgtrickle._words(p_query) w) w
   WHERE w.depth = 0 AND w.kind = 'word' AND w.word = 'for' AND w.next IN ('update', 'share', 'no', 'key')
$$;

-- A view would lock the rows for whoever looks at its columns.
CREATE FUNCTION pgtrickle._analysable(p_query text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(left(p_query, pgtrickle._locking_clause(p_query) - 1), p_query)
$$;

CREATE FUNCTION pgtrickle._text_problem(p_query text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE WHEN pgtrickle._locking_clause(p_query) IS NOT NULL THEN 'FOR UPDATE/FOR SHARE is not supported in defining queries. '
    'Stream tables do not support row-level locking. Remove the FOR UPDATE/FOR SHARE clause.' END
$$;

-- The first so many of an order are accepted.
CREATE FUNCTION pgtrickle._limit_problem(p_tree jsonb) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
  RETURN CASE
    WHEN pgtrickle._field(p_tree, 'limitCount') IS NOT NULL AND pgtrickle._field(p_tree, 'sortClause') IS NULL THEN
      'LIMIT is not supported in defining queries without ORDER BY. Use ORDER BY + LIMIT for TopK stream tables, or omit LIMIT to '
      'materialize the full result set.'
    WHEN pgtrickle._field(p_tree, 'limitOffset') IS NOT NULL AND pgtrickle._field(p_tree, 'limitCount') IS NULL THEN
      'OFFSET is not supported in defining queries without ORDER BY + LIMIT. Use ORDER BY + LIMIT + OFFSET for paged TopK stream '
      'tables, or omit OFFSET to materialize the full result set.'
    END;
END
$$;

CREATE FUNCTION pgtrickle._volatile_problem() RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT 'Volatile functions and operators are not supported in DIFFERENTIAL or IMMEDIATE mode because they produce different values '
    'on each evaluation, breaking delta computation. Use FULL refresh mode instead, or replace with a deterministic alternative. '
    '(Override with: SET pg_trickle.volatile_function_policy = ''warn'' or ''allow'')'
$$;

-- That a query has no table is found later.
CREATE FUNCTION pgtrickle._require_from(p_tree jsonb) RETURNS void
LANGUAGE sql IMMUTABLE AS $$ SELECT $$;

CREATE FUNCTION pgtrickle._refuse_unknown(p_message text) RETURNS void
LANGUAGE sql IMMUTABLE AS $$ SELECT $$;

CREATE FUNCTION pgtrickle._refuse_untrackable(p_relation name) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'permission denied: "%" is a system catalog', p_relation USING ERRCODE = '42501';
END
$$;

-- The sum and the count behind each plain average of the list.
CREATE FUNCTION pgtrickle._auxiliary_counters(p_query text, p_list pgtrickle._word[], p_columns text[]) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
  v_item integer := 1;
  v_from integer := 1;
  v_inside text;
  v_sql text := '';
BEGIN
  FOR n IN 1 .. coalesce(cardinality(p_list), 0) + 1 LOOP
    CONTINUE WHEN n <= cardinality(p_list) AND NOT (p_list[n].depth = 0 AND p_list[n].word = ',');
    -- avg ( … ) and its name, if it has one.
    IF p_list[v_from].word = 'avg' AND p_list[v_from + 1].word = '(' THEN
      FOR m IN v_from + 2 .. n - 1 LOOP
        IF p_list[m].depth = 0 THEN
          v_inside := substr(p_query, p_list[v_from + 1].start + 1, p_list[m].start - p_list[v_from + 1].start - 1);
          IF m = n - 1 OR p_list[m + 1].word = 'as' OR m = n - 2 THEN
            v_sql := v_sql || format(', coalesce(pg_catalog.sum(%1$s), 0) AS %2$I, pg_catalog.count(%1$s) AS %3$I ', v_inside,
              '__pgt_aux_sum_' || p_columns[v_item], '__pgt_aux_count_' || p_columns[v_item]);
          END IF;
          EXIT;
        END IF;
      END LOOP;
    END IF;
    v_item := v_item + 1;
    v_from := n + 1;
  END LOOP;
  RETURN v_sql;
END
$$;
