-- The words of a query's text. Two things need them: inlining a view where its name stands, and asking for a count beside
-- the columns of an aggregate. Both check their result and fall back on the text as it was.

CREATE TYPE pgstream._word AS (kind text, word text, depth integer, start integer);

CREATE FUNCTION pgstream._words(p_query text)
RETURNS TABLE (n integer, kind text, word text, depth integer, start integer)
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE AS $$
DECLARE
  -- Texts in which a backslash hides what comes next: those with an E and, in the old way, those without a mark.
  v_escaped text := CASE current_setting('standard_conforming_strings') WHEN 'on' THEN '^e''' ELSE '^[en]?''' END;
  v_rest text;
  v_tag text;
BEGIN
  n := 0;
  depth := 0;
  start := 1;
  WHILE start <= length(p_query) LOOP
    v_rest := substr(p_query, start);
    kind := 'sign';
    word := substring(v_rest FROM E'^(?:\\s+|--[^\\n]*|/\\*(?:[^*]|\\*+[^*/])*\\*+/)+');
    IF word IS NOT NULL THEN
      start := start + length(word);
      CONTINUE;
    END IF;
    CASE
      WHEN v_rest ~* v_escaped THEN
        kind := 'text';
        word := substring(v_rest FROM E'^[^'']?''(?:[^''\\\\]|\\\\.|'''')*''');
      WHEN v_rest ~* '^(?:[bnx]|u&)?''' THEN
        kind := 'text';
        word := substring(v_rest FROM '^[^'']*''(?:[^'']|'''')*''');
      WHEN v_rest ~ E'^\\$(?:[[:alpha:]_][[:alnum:]_]*)?\\$' THEN
        kind := 'text';
        v_tag := substring(v_rest FROM E'^\\$[^$]*\\$');
        word := left(v_rest, nullif(strpos(substr(v_rest, length(v_tag) + 1), v_tag), 0) - 1 + 2 * length(v_tag));
      WHEN v_rest ~ '^"' THEN
        kind := 'name';
        word := substring(v_rest FROM '^"(?:[^"]|"")*"');
      WHEN v_rest ~ '^[[:alpha:]_]' THEN
        kind := 'word';
        word := substring(v_rest FROM '^[[:alpha:]_][[:alnum:]_$]*');
      WHEN v_rest ~ '^[0-9]' THEN
        kind := 'number';
        word := substring(v_rest FROM '^[0-9][0-9A-Za-z_.]*');
      ELSE
        NULL;
    END CASE;
    word := coalesce(word, left(v_rest, 1));
    n := n + 1;
    IF word IN (')', ']') THEN
      depth := depth - 1;
    END IF;
    RETURN NEXT;
    IF word IN ('(', '[') THEN
      depth := depth + 1;
    END IF;
    start := start + length(word);
  END LOOP;
END
$$;

-- The identifier that a word stands for: folded, unless it is quoted.
CREATE FUNCTION pgstream._identifier(p_kind text, p_word text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT CASE p_kind WHEN 'name' THEN replace(substr(p_word, 2, length(p_word) - 2), '""', '"') ELSE lower(p_word) END
$$;

-- The query with more output columns, the counters: `__pgs_count` says how many rows stand behind each row of an aggregate or a
-- DISTINCT, and 1 where nothing can be counted. No SQL at all where the text does not show how to ask.
CREATE FUNCTION pgstream._counted_query(p_query text, p_count text, p_columns text[]) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE AS $$
DECLARE
  v_words pgstream._word[];
  v_select integer;
  v_distinct pgstream._word;
  v_columns text;
  i integer;
BEGIN
  SELECT array_agg((w.kind, lower(w.word), w.depth, w.start)::pgstream._word ORDER BY w.n) INTO v_words
    FROM pgstream._words(p_query) w;
  SELECT min(n) INTO v_select FROM generate_subscripts(v_words, 1) n
   WHERE v_words[n].depth = 0 AND v_words[n].kind = 'word' AND v_words[n].word = 'select';
  IF p_count = 'distinct' AND v_words[v_select + 1].word = 'distinct' THEN
    v_distinct := v_words[v_select + 1];
    SELECT string_agg(quote_ident(c), ', ') INTO v_columns FROM unnest(p_columns) c;
    RETURN format('SELECT %s, pg_catalog.count(*) AS __pgs_count FROM (%s) counted GROUP BY %s',
      v_columns, left(p_query, v_distinct.start - 1) || substr(p_query, v_distinct.start + length('distinct')), v_columns);
  ELSIF p_count = 'aggregate' THEN
    -- Last in the list, so that GROUP BY and ORDER BY with numbers keep their meaning.
    SELECT min(n) INTO i FROM generate_subscripts(v_words, 1) n
     WHERE n > v_select AND v_words[n].depth = 0 AND v_words[n].kind = 'word' AND v_words[n].word = 'from'
       -- Not that of IS DISTINCT FROM.
       AND v_words[n - 1].word <> 'distinct';
    RETURN left(p_query, v_words[i].start - 1) || ', pg_catalog.count(*) AS __pgs_count '
      || pgstream._auxiliary_counters(p_query, v_words[v_select + 1 : i - 1], p_columns) || substr(p_query, v_words[i].start);
  ELSIF p_count IN ('except', 'intersect') THEN
    RETURN pgstream._counted_sides(p_query, v_words, p_count, p_columns);
  END IF;
  RETURN format('SELECT one.*, 1::bigint AS __pgs_count FROM (%s) one', p_query);
END
$$;
