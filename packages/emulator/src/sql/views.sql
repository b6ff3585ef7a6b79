-- Views are inlined into the defining query (contract A.1, step 4): the stored text no longer names them, and the
-- tables below them are the sources that changes are captured on.

-- A view's query, in words that mean the same in every session: PostgreSQL writes values as the session's settings have it,
-- and backslashes for one way of reading them.
CREATE FUNCTION pgstream._view_text(p_view oid) RETURNS text
LANGUAGE plpgsql STABLE
SET standard_conforming_strings = on SET DateStyle = 'ISO, MDY' SET IntervalStyle = 'postgres'
SET extra_float_digits = 1 SET bytea_output = 'hex' AS $$
DECLARE
  v_text text := btrim(rtrim(pg_get_viewdef(p_view, true), ';'));
  v_word record;
BEGIN
  -- From the end, so that what is before a word stays where it is.
  FOR v_word IN SELECT w.word, w.start FROM pgstream._words(v_text) w
      WHERE w.kind = 'text' AND w.word LIKE '''%' AND strpos(w.word, E'\\') > 0 ORDER BY w.n DESC LOOP
    v_text := left(v_text, v_word.start - 1) || 'E' || replace(v_word.word, E'\\', E'\\\\')
      || substr(v_text, v_word.start + length(v_word.word));
  END LOOP;
  RETURN v_text;
END
$$;

-- The query with each of the given views replaced by its text, one level deep.
CREATE FUNCTION pgstream._replace_views(p_query text, p_views oid[]) RETURNS text
LANGUAGE plpgsql STABLE SET quote_all_identifiers = off AS $$
DECLARE
  v_words pgstream._word[];
  v_clauses text[] := '{}';
  v_word pgstream._word;
  v_name text[];
  v_view oid;
  v_last integer;
  v_before text := '';
  v_next text;
  v_result text := '';
  v_done integer := 1;
  i integer := 1;
BEGIN
  SELECT array_agg((w.kind, w.word, w.depth, w.start)::pgstream._word ORDER BY w.n) INTO v_words FROM pgstream._words(p_query) w;
  WHILE i <= cardinality(v_words) LOOP
    v_word := v_words[i];
    v_view := NULL;
    v_last := i;
    IF v_word.kind = 'word' AND lower(v_word.word) IN ('select', 'from', 'on', 'using', 'where', 'group', 'having', 'window', 'order',
        'limit', 'offset', 'fetch', 'for', 'union', 'intersect', 'except', 'join') THEN
      v_clauses[v_word.depth] := CASE lower(v_word.word) WHEN 'join' THEN 'from' ELSE lower(v_word.word) END;
    ELSIF v_word.word IN ('(', '[') THEN
      -- A parenthesis right after FROM, JOIN or a comma there may open a parenthesised join.
      v_clauses[v_word.depth + 1] := CASE WHEN v_before IN ('from', 'join', ',', '(') THEN v_clauses[v_word.depth] END;
    ELSIF v_word.kind IN ('word', 'name')
        AND (v_before IN ('from', 'join', 'only') OR (v_before IN (',', '(') AND v_clauses[v_word.depth] IN ('from', 'on', 'using'))) THEN
      v_name := ARRAY[pgstream._identifier(v_word.kind, v_word.word)];
      WHILE v_words[v_last + 1].word = '.' AND v_words[v_last + 2].kind IN ('word', 'name') LOOP
        v_last := v_last + 2;
        v_name := v_name || pgstream._identifier(v_words[v_last].kind, v_words[v_last].word);
      END LOOP;
      SELECT c.oid INTO v_view FROM pg_class c JOIN pg_namespace s ON s.oid = c.relnamespace
       WHERE c.oid = ANY (p_views)
         AND ((cardinality(v_name) = 1 AND v_name[1] = c.relname AND pg_table_is_visible(c.oid))
           OR (cardinality(v_name) = 2 AND v_name = ARRAY[s.nspname, c.relname]::text[]));
    END IF;
    IF v_view IS NOT NULL THEN
      v_next := lower(v_words[v_last + 1].word);
      v_result := v_result || substr(p_query, v_done, v_word.start - v_done)
        || '(' || pgstream._view_text(v_view) || ')';
      IF v_next IS NULL OR NOT (v_words[v_last + 1].kind = 'name' OR v_words[v_last + 1].kind = 'word' AND v_next NOT IN ('where',
          'group', 'having', 'window', 'order', 'limit', 'offset', 'fetch', 'for', 'union', 'intersect', 'except', 'join', 'inner', 'left',
          'right', 'full', 'cross', 'natural', 'on', 'using', 'tablesample')) THEN
        v_result := v_result || ' AS ' || quote_ident(v_name[cardinality(v_name)]);
      END IF;
      v_done := v_words[v_last].start + length(v_words[v_last].word);
    END IF;
    v_before := lower(v_words[v_last].word);
    i := v_last + 1;
  END LOOP;
  RETURN v_result || substr(p_query, v_done);
END
$$;

-- The query with all its views inlined, views of views too; the text as it was where that does not give the same columns.
CREATE FUNCTION pgstream._inline_views(p_query text, p_analysis jsonb) RETURNS text
LANGUAGE plpgsql AS $$
DECLARE
  v_query text := p_query;
  v_analysis jsonb := p_analysis;
  v_views oid[];
BEGIN
  -- A CTE with the name of a relation below would capture it.
  IF EXISTS (SELECT FROM pgstream._trees(p_analysis -> 'tree') t, pgstream._nodes(t.tree, 'COMMONTABLEEXPR') c
      WHERE c -> 'ctename' ->> 0 IN (SELECT k.relname FROM pgstream._trees(p_analysis -> 'tree') u, pgstream._relations(u.tree) r
        JOIN pg_class k ON k.oid = r.relid)) THEN
    RETURN p_query;
  END IF;
  FOR v_level IN 1..32 LOOP
    SELECT array_agg(DISTINCT r.relid) INTO v_views FROM pgstream._relations(v_analysis -> 'tree') r WHERE r.relkind = 'v';
    EXIT WHEN v_views IS NULL;
    v_query := pgstream._replace_views(v_query, v_views);
    v_analysis := pgstream._analyse(v_query);
  END LOOP;
  RETURN CASE WHEN v_views IS NULL AND v_analysis -> 'columns' = p_analysis -> 'columns' THEN v_query ELSE p_query END;
EXCEPTION
  -- The lexer is no parser: a text that it misread does not have to be inlined, its views' tables are sources all the same.
  WHEN syntax_error_or_access_rule_violation THEN
    RETURN p_query;
END
$$;
