-- What makes a row of a stream table the same row in the next refresh: `__pgs_row_id`, a hash of its key (contract A.3).

-- How the rows of a query are told apart:
--   {"by": "group" | "all" | "key"   the named columns are the key
--          "one"                     there is one row
--          "rows",                   nothing is: the whole row and its number among equal ones
--    "columns": […], "index": [GROUP BY columns], "count": "aggregate" | "distinct" | "except" | "intersect" | "one" | null}
-- "count" says whether the storage table counts something, and what.
CREATE FUNCTION pgstream._row_identity(p_analysis jsonb) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_query jsonb := p_analysis -> 'tree';
  v_set jsonb := pgstream._field(v_query, 'setOperations');
  v_names text[] := ARRAY(SELECT c ->> 'name' FROM jsonb_array_elements(p_analysis -> 'columns') WITH ORDINALITY x (c, n) ORDER BY n);
  v_by text := 'rows';
  v_columns text[] := '{}';
  v_index text[] := '{}';
  v_count text;
BEGIN
  IF v_set IS NOT NULL THEN
    IF v_set -> 'all' ->> 0 = 'false' THEN
      v_by := 'all';
    END IF;
    IF v_set -> 'all' ->> 0 = 'false' OR v_set -> 'op' ->> 0 <> '1' THEN
      v_count := CASE v_set -> 'op' ->> 0 WHEN '2' THEN 'intersect' WHEN '3' THEN 'except' ELSE 'one' END;
    END IF;
  ELSIF pgstream._field(v_query, 'distinctClause') IS NOT NULL THEN
    IF v_query -> 'hasDistinctOn' ->> 0 = 'false' THEN
      v_by := 'all';
      v_count := 'distinct';
    END IF;
  ELSIF pgstream._is_aggregate(v_query) THEN
    v_count := 'aggregate';
    v_index := pgstream._group_columns(v_query, v_names);
    IF pgstream._field(v_query, 'groupClause') IS NULL AND pgstream._field(v_query, 'groupingSets') IS NULL THEN
      v_by := 'one';
    ELSIF cardinality(v_index) = jsonb_array_length(pgstream._field(v_query, 'groupClause'))
        AND pgstream._field(v_query, 'groupingSets') IS NULL AND v_query -> 'hasTargetSRFs' ->> 0 = 'false' THEN
      v_by := 'group';
      v_columns := v_index;
    END IF;
    IF pgstream._field(v_query, 'havingQual') IS NOT NULL THEN
      v_index := '{}';
    END IF;
  ELSE
    v_columns := pgstream._key_columns(v_query, v_names);
    IF v_columns <> '{}' THEN
      v_by := 'key';
    ELSIF pgstream._hides_aggregate(v_query) THEN
      v_count := 'one';
    END IF;
  END IF;
  IF v_by = 'all' THEN
    v_columns := v_names;
  END IF;
  RETURN jsonb_build_object('by', v_by, 'columns', v_columns, 'index', v_index, 'count', v_count);
END
$$;

CREATE FUNCTION pgstream._is_aggregate(p_query jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT p_query -> 'hasAggs' ->> 0 = 'true' OR pgstream._field(p_query, 'groupClause') IS NOT NULL
      OR pgstream._field(p_query, 'groupingSets') IS NOT NULL OR pgstream._field(p_query, 'havingQual') IS NOT NULL
$$;

-- Output columns that are GROUP BY expressions.
CREATE FUNCTION pgstream._group_columns(p_query jsonb, p_names text[]) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ARRAY(
    SELECT p_names[(t -> 'resno' ->> 0)::integer]
      FROM jsonb_array_elements(pgstream._field(p_query, 'targetList')) t,
           jsonb_array_elements(pgstream._field(p_query, 'groupClause')) g
     WHERE t -> 'ressortgroupref' ->> 0 = g -> 'tleSortGroupRef' ->> 0 AND t -> 'resjunk' ->> 0 = 'false'
     ORDER BY (t -> 'resno' ->> 0)::integer)
$$;

-- A query that only filters and projects one subquery is, for `__pgs_count`, that subquery.
CREATE FUNCTION pgstream._hides_aggregate(p_query jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  WITH RECURSIVE inner_query AS (
    SELECT p_query AS q
    UNION ALL
    SELECT e.s FROM inner_query,
      LATERAL (SELECT pgstream._field(pgstream._field(q, 'rtable') -> (
          (pgstream._field(pgstream._field(q, 'jointree'), 'fromlist') -> 0 -> 'rtindex' ->> 0)::integer - 1), 'subquery') AS s) e
     WHERE jsonb_array_length(pgstream._field(pgstream._field(q, 'jointree'), 'fromlist')) = 1 AND e.s IS NOT NULL
       AND NOT pgstream._is_aggregate(q) AND pgstream._field(q, 'distinctClause') IS NULL
       AND pgstream._field(q, 'setOperations') IS NULL AND q -> 'hasWindowFuncs' ->> 0 = 'false'
  )
  SELECT bool_or(pgstream._is_aggregate(q) OR pgstream._field(q, 'distinctClause') IS NOT NULL AND q -> 'hasDistinctOn' ->> 0 = 'false'
      OR pgstream._field(pgstream._field(q, 'setOperations'), 'all') = '"false"'::jsonb)
    FROM inner_query
$$;

-- The output columns that hold the primary keys of all the tables joined; none where a key is missing, or where something
-- other than a table is joined.
CREATE FUNCTION pgstream._key_columns(p_query jsonb, p_names text[]) RETURNS text[]
LANGUAGE sql STABLE AS $$
  WITH RECURSIVE item AS (
    SELECT i FROM jsonb_array_elements(pgstream._field(pgstream._field(p_query, 'jointree'), 'fromlist')) i
    UNION ALL
    SELECT side FROM item, LATERAL (VALUES (pgstream._field(i, 'larg')), (pgstream._field(i, 'rarg'))) s (side) WHERE side IS NOT NULL
  ), joined AS (
    SELECT (i -> 'rtindex' ->> 0)::integer AS number,
           (pgstream._field(pgstream._field(p_query, 'rtable') -> ((i -> 'rtindex' ->> 0)::integer - 1), 'relid') #>> '{}')::oid AS relid
      FROM item WHERE i -> 'node' ->> 0 = 'RANGETBLREF'
  ), wanted AS (
    SELECT j.number, k.attnum, x.indexrelid
      FROM joined j LEFT JOIN pg_index x ON x.indrelid = j.relid AND x.indisprimary LEFT JOIN LATERAL unnest(x.indkey) k (attnum) ON true
  ), shown AS (
    SELECT (t -> 'resno' ->> 0)::integer AS resno, (v -> 'varno' ->> 0)::integer AS number, (v -> 'varattno' ->> 0)::integer AS attnum
      FROM jsonb_array_elements(pgstream._field(p_query, 'targetList')) t, LATERAL (SELECT pgstream._field(t, 'expr')) e (v)
     WHERE v -> 'node' ->> 0 = 'VAR' AND v -> 'varlevelsup' ->> 0 = '0' AND t -> 'resjunk' ->> 0 = 'false'
  ), found AS (
    SELECT w.number, w.attnum, min(s.resno) AS resno
      FROM wanted w LEFT JOIN shown s ON s.number = w.number AND s.attnum = w.attnum GROUP BY w.number, w.attnum
  )
  SELECT CASE WHEN count(*) > 0 AND bool_and(resno IS NOT NULL) AND p_query -> 'hasTargetSRFs' ->> 0 = 'false'
              THEN array_agg(p_names[resno] ORDER BY resno) ELSE '{}' END
    FROM found
$$;

-- SQL for a value that is sent alike, byte for byte, if and only if two values are equal by their type's default equality:
-- 1.0 and 1.00, 0 and -0, a month and 30 days, 'Ä' and 'ä' where the collation says so. Binary, because text would depend on
-- the session's settings. `p_exact` tells apart what only differs in looks, and asks for no equality: json has none.
CREATE FUNCTION pgstream._image(p_value text, p_type oid, p_exact boolean) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_type pg_type;
  v_range pg_range;
  v_hash regproc;
BEGIN
  SELECT t.* INTO v_type FROM pg_type t WHERE t.oid = p_type;
  IF v_type.typtype = 'd' THEN
    RETURN pgstream._image(p_value, v_type.typbasetype, p_exact);
  ELSIF v_type.typtype = 'c' THEN
    RETURN format('CASE WHEN (%s) IS DISTINCT FROM NULL THEN ROW(%s) END', p_value,
      (SELECT string_agg(pgstream._image(format('(%s).%I', p_value, a.attname), a.atttypid, p_exact), ', ' ORDER BY a.attnum)
         FROM pg_attribute a WHERE a.attrelid = v_type.typrelid AND a.attnum > 0 AND NOT a.attisdropped));
  ELSIF v_type.typtype = 'r' THEN
    SELECT r.* INTO v_range FROM pg_range r WHERE r.rngtypid = p_type;
    RETURN format('CASE WHEN %1$s IS NOT NULL THEN ROW(pg_catalog.isempty(%1$s), pg_catalog.lower_inc(%1$s), pg_catalog.upper_inc(%1$s)'
        ', pg_catalog.lower_inf(%1$s), pg_catalog.upper_inf(%1$s), %2$s, %3$s) END', p_value,
      pgstream._image(format('pg_catalog.lower(%s)', p_value), v_range.rngsubtype, p_exact),
      pgstream._image(format('pg_catalog.upper(%s)', p_value), v_range.rngsubtype, p_exact));
  ELSIF v_type.typtype = 'm' THEN
    SELECT r.* INTO v_range FROM pg_range r WHERE r.rngmultitypid = p_type;
    RETURN pgstream._image_of_elements(p_value, '0', v_range.rngtypid, p_exact);
  ELSIF v_type.typsubscript = 'array_subscript_handler'::regproc THEN
    RETURN pgstream._image_of_elements(p_value, format('pg_catalog.array_dims(%s)', p_value), v_type.typelem, p_exact);
  ELSIF p_exact THEN
    -- Sent as it stands, below.
  ELSIF p_type = 'numeric'::regtype THEN
    RETURN format('pg_catalog.trim_scale(%s)', p_value);
  ELSIF p_type IN ('float4'::regtype, 'float8'::regtype) THEN
    -- There are several NaN, and two zeros.
    RETURN format('CASE WHEN %1$s = ''NaN'' THEN ''NaN'' ELSE %1$s + 0 END', p_value);
  ELSIF p_type = 'interval'::regtype THEN
    RETURN pgstream._image_of_interval(p_value);
  ELSIF p_type = 'jsonb'::regtype THEN
    RETURN format('pgstream._plain_json(%s)', p_value);
  ELSE
    v_hash := pgstream._hash_of_equality(p_type);
    IF v_hash IS NOT NULL THEN
      RETURN format('CASE WHEN %1$s IS NOT NULL THEN ROW(%2$s(%1$s, 0), %2$s(%1$s, 1)) END', p_value,
        (SELECT format('%I.%I', s.nspname, p.proname) FROM pg_proc p JOIN pg_namespace s ON s.oid = p.pronamespace WHERE p.oid = v_hash));
    END IF;
  END IF;
  RETURN CASE WHEN v_type.typsend = 0 THEN format('%s::pg_catalog.text', p_value) ELSE p_value END;
END
$$;

-- Neither is an array sent as it stands: two that are equal may differ in whether they have room for NULLs.
CREATE FUNCTION pgstream._image_of_elements(p_value text, p_shape text, p_element oid, p_exact boolean) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT format('CASE WHEN %1$s IS NOT NULL THEN ROW(%2$s, (SELECT pg_catalog.array_agg(%3$s) FROM (SELECT pg_catalog.unnest(%1$s) AS v) e)) END',
    p_value, p_shape, pgstream._image('e.v', p_element, p_exact))
$$;

-- For equality a month has 30 days and a day 24 hours. An infinite interval has no months.
CREATE FUNCTION pgstream._image_of_interval(p_value text) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT format('pg_catalog.trim_scale(coalesce((extract(year FROM %1$s) * 12 + extract(month FROM %1$s)) * 2592000 + extract(day FROM %1$s) * 86400'
    ' + extract(hour FROM %1$s) * 3600 + extract(minute FROM %1$s) * 60 + extract(second FROM %1$s), extract(epoch FROM %1$s)))', p_value)
$$;

-- The hash function that goes with a type's own notion of equality, for types that are equal to more than their own image:
-- text, for its collations, and the types of extensions. The built-in ones that are not exact are dealt with one by one.
CREATE FUNCTION pgstream._hash_of_equality(p_type oid) RETURNS regproc
LANGUAGE sql STABLE AS $$
  WITH class AS (
    SELECT m.amname, c.opcfamily AS family, c.opcintype AS type
      FROM pg_type t, pg_opclass c JOIN pg_am m ON m.oid = c.opcmethod
     WHERE t.oid = p_type AND t.typtype = 'b' AND c.opcdefault
       AND c.opcintype = CASE t.oid WHEN 'varchar'::regtype THEN 'text'::regtype ELSE t.oid END
       AND (t.typnamespace <> 'pg_catalog'::regnamespace OR t.oid IN ('text'::regtype, 'varchar'::regtype, 'bpchar'::regtype))
  )
  SELECT a.amproc FROM class c JOIN pg_amproc a ON a.amprocfamily = c.family AND a.amproclefttype = c.type
     AND a.amprocrighttype = c.type AND a.amprocnum = 2
   WHERE c.amname = 'hash' AND NOT EXISTS (
     SELECT FROM class b JOIN pg_amproc i ON i.amprocfamily = b.family AND i.amproclefttype = b.type
        AND i.amprocrighttype = b.type AND i.amprocnum = 4 AND i.amproc = 'btequalimage'::regproc
      WHERE b.amname = 'btree')
$$;

-- Its numbers without zeros at their ends.
CREATE FUNCTION pgstream._plain_json(p_json jsonb) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
  IF p_json::text !~ '[.][0-9]*0([^0-9]|$)' THEN
    RETURN p_json;
  END IF;
  RETURN CASE jsonb_typeof(p_json)
    WHEN 'number' THEN to_jsonb(trim_scale(p_json::numeric))
    WHEN 'array' THEN (SELECT jsonb_agg(pgstream._plain_json(e) ORDER BY n) FROM jsonb_array_elements(p_json) WITH ORDINALITY x (e, n))
    WHEN 'object' THEN (SELECT jsonb_object_agg(key, pgstream._plain_json(value)) FROM jsonb_each(p_json))
    ELSE p_json END;
END
$$;

-- SQL for one hash of values that are given by their images. A row's image counts its values and says which are NULL, so
-- that no two lists of values run into each other.
CREATE FUNCTION pgstream._hash_expression(p_images text[]) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT format('pgstream._hash(pg_catalog.record_send(ROW(%s)))', array_to_string(p_images, ', '))
$$;

-- SQL for the row id by the named columns, which are the key. A single column that is NULL gives NULL, as the original's hash does.
CREATE FUNCTION pgstream._key_expression(p_storage oid, p_columns text[]) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN images IS NULL THEN '0::bigint'
      WHEN cardinality(images) = 1 THEN format('CASE WHEN sub.%I IS DISTINCT FROM NULL THEN %s END', p_columns[1], pgstream._hash_expression(images))
      ELSE pgstream._hash_expression(images) END
    FROM (SELECT array_agg(pgstream._image(format('sub.%I', a.attname), a.atttypid, false) ORDER BY c.n)
            FROM unnest(p_columns) WITH ORDINALITY c (name, n) JOIN pg_attribute a ON a.attrelid = p_storage AND a.attname = c.name) k (images)
$$;

-- A column of a row, always in quotes: PL/pgSQL has reserved words that SQL has not (by, begin, if), and format()'s %I leaves them bare.
CREATE FUNCTION pgstream._field(p_row text, p_column text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT p_row || '."' || replace(p_column, '"', '""') || '"' $$;

-- SQL for a hash of all that a row shows.
CREATE FUNCTION pgstream._content_expression(p_relation oid, p_row text, p_columns text[]) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT pgstream._hash_expression(array_agg(pgstream._image(pgstream._field(p_row, a.attname), a.atttypid, true) ORDER BY c.n))
    FROM unnest(p_columns) WITH ORDINALITY c (name, n) JOIN pg_attribute a ON a.attrelid = p_relation AND a.attname = c.name
$$;
