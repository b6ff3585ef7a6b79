-- The storage table (contract A.3). What a refresh has to know about its rows is kept as the comment of the row id's index: it
-- needs no table of its own, no further privileges, and goes when the storage goes.

CREATE FUNCTION pgstream._storage_name(p_schema text, p_name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT '"' || replace(p_schema, '"', '""') || '"."' || replace(p_name, '"', '""') || '"'
$$;

CREATE FUNCTION pgstream._row_id_index(p_storage oid) RETURNS oid
LANGUAGE sql STABLE AS $$
  SELECT x.indexrelid FROM pg_index x JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attname = '__pgs_row_id'
   WHERE x.indrelid = p_storage AND x.indisunique AND x.indnkeyatts = 1 AND x.indkey[0] = a.attnum
   ORDER BY x.indexrelid LIMIT 1
$$;

CREATE FUNCTION pgstream._create_storage(p_schema text, p_name text, p_columns jsonb, p_identity jsonb, p_mode text) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_storage text := pgstream._storage_name(p_schema, p_name);
  v_columns text;
BEGIN
  -- The types without their modifiers: the original's loss, char(n) included.
  SELECT string_agg(format('%s %s', quote_ident(c ->> 'name'), c ->> 'type'), ', ' ORDER BY n)
    INTO v_columns FROM jsonb_array_elements(p_columns) WITH ORDINALITY x (c, n);
  EXECUTE format('CREATE TABLE %s (__pgs_row_id %s, %s%s)', v_storage, pgstream._row_id_type(), v_columns,
    CASE WHEN p_mode <> 'FULL' THEN (
      SELECT string_agg(format(', %I %s NOT NULL DEFAULT 0', c ->> 'name', c ->> 'type'), '' ORDER BY n)
        FROM jsonb_array_elements(p_identity -> 'counters') WITH ORDINALITY x (c, n)) END);
  EXECUTE format('CREATE UNIQUE INDEX ON %s (__pgs_row_id)%s', v_storage, pgstream._included(p_columns));
  IF p_mode <> 'FULL' AND p_identity -> 'index' <> '[]' THEN
    EXECUTE format('CREATE INDEX ON %s (%s)', v_storage,
      (SELECT string_agg(quote_ident(c), ', ') FROM jsonb_array_elements_text(p_identity -> 'index') c));
  END IF;
  EXECUTE format('COMMENT ON INDEX %s IS %L', pgstream._row_id_index(v_storage::regclass)::regclass, p_identity);
  PERFORM pgstream._storage_made(v_storage::regclass);
END
$$;

-- Anything else there is somebody's own comment.
CREATE FUNCTION pgstream._stored_identity(p_storage oid) RETURNS jsonb
LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN d IS JSON OBJECT THEN d::jsonb ELSE '{"by": "rows", "columns": []}' END
    FROM obj_description(pgstream._row_id_index(p_storage), 'pg_class') d
$$;

CREATE FUNCTION pgstream._visible_columns(p_storage oid) RETURNS text[]
LANGUAGE sql STABLE AS $$
  SELECT ARRAY(SELECT a.attname::text FROM pg_attribute a
    WHERE a.attrelid = p_storage AND a.attnum > 0 AND NOT a.attisdropped AND NOT starts_with(a.attname, '__pgs_')
    ORDER BY a.attnum)
$$;

-- The hidden columns at the end, by which the original keeps count.
CREATE FUNCTION pgstream._counters(p_identity jsonb) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ARRAY(SELECT c ->> 'name' FROM jsonb_array_elements(p_identity -> 'counters') WITH ORDINALITY x (c, n) ORDER BY n)
$$;

-- SQL for the rows that a stream table should hold: `__pgs_row_id`, the query's columns, and the counters if it counts.
CREATE FUNCTION pgstream._rows_sql(p_storage oid, p_query text, p_identity jsonb, p_counted boolean) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_columns text[] := pgstream._visible_columns(p_storage);
  v_source text;
  v_list text;
BEGIN
  IF p_counted THEN
    v_source := pgstream._counted_query(p_query, p_identity ->> 'count', v_columns);
  ELSE
    v_source := p_query;
  END IF;
  SELECT string_agg(format('sub.%I', c), ', ') INTO v_list
    FROM unnest(v_columns || CASE WHEN p_counted THEN pgstream._counters(p_identity) ELSE '{}' END) c;
  IF p_identity ->> 'by' <> 'rows' THEN
    RETURN format('SELECT pgstream._row_id(%s) AS __pgs_row_id, %s FROM (%s) sub',
      pgstream._key_expression(p_storage, ARRAY(SELECT jsonb_array_elements_text(p_identity -> 'columns'))), v_list, v_source);
  END IF;
  -- Equal rows are numbered, so that each has an id of its own; the first one's does not depend on how many there are.
  RETURN format('SELECT pgstream._row_id(CASE sub.__pgs_number WHEN 1 THEN sub.__pgs_hash'
      ' ELSE %s END) AS __pgs_row_id, %s'
      ' FROM (SELECT sub.*, row_number() OVER (PARTITION BY sub.__pgs_hash) AS __pgs_number'
      ' FROM (SELECT sub.*, (%s) AS __pgs_hash FROM (%s) sub) sub) sub',
    pgstream._hash_expression('{sub.__pgs_hash,sub.__pgs_number}'), v_list, pgstream._content_expression(p_storage, 'sub', v_columns), v_source);
END
$$;
