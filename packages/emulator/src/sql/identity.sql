-- What makes a row of a stream table the same row in the next refresh: `__pgs_row_id`, a hash of its key (contract A.3).

-- How the rows of a query are told apart:
--   {"by": "group" | "all" | "key"   the named columns are the key
--          "one"                     there is one row
--          "rows",                   nothing is: the whole row and its number among equal ones
--    "columns": […], "index": [GROUP BY columns], "count": "aggregate" | "distinct" | "one" | null}
-- "count" says whether the storage table has `__pgs_count`, and what it counts.
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
      v_count := 'one';
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

-- SQL for a 64-bit hash of one value, by the type's own notion of equality: text would depend on the session's settings.
CREATE FUNCTION pgstream._hash_expression(p_value text, p_type oid, p_seed integer) RETURNS text
LANGUAGE plpgsql STABLE AS $$
DECLARE
  v_base oid := p_type;
  v_element oid;
  v_function regproc;
BEGIN
  WHILE (SELECT t.typtype FROM pg_type t WHERE t.oid = v_base) = 'd' LOOP
    v_base := (SELECT t.typbasetype FROM pg_type t WHERE t.oid = v_base);
  END LOOP;
  SELECT t.typelem INTO v_element FROM pg_type t WHERE t.oid = v_base AND t.typsubscript = 'array_subscript_handler'::regproc;
  SELECT a.amproc INTO v_function
    FROM pg_opclass c JOIN pg_am m ON m.oid = c.opcmethod AND m.amname = 'hash' JOIN pg_amproc a ON a.amprocfamily = c.opcfamily
     AND a.amproclefttype = c.opcintype AND a.amprocrighttype = c.opcintype AND a.amprocnum = 2
    JOIN pg_type t ON t.oid = coalesce(v_element, v_base)
   WHERE c.opcdefault AND t.typtype IN ('b', 'e')
     AND (c.opcintype = t.oid OR t.typtype = 'e' AND c.opcintype = 'anyenum'::regtype
       OR c.opcintype = 'text'::regtype AND t.oid = 'varchar'::regtype);
  IF v_function IS NULL THEN
    RETURN format('pg_catalog.hashtextextended(%s::text, %s)', p_value, p_seed);
  ELSIF v_element IS NOT NULL THEN
    v_function := 'pg_catalog.hash_array_extended'::regproc;
  END IF;
  RETURN format('%s(%s, %s)', (SELECT format('%I.%I', s.nspname, p.proname)
    FROM pg_proc p JOIN pg_namespace s ON s.oid = p.pronamespace WHERE p.oid = v_function), p_value, p_seed);
END
$$;

-- SQL for one hash of the named columns. Strict: a single column that is NULL gives NULL, as the original's hash does.
CREATE FUNCTION pgstream._key_expression(p_storage oid, p_columns text[], p_strict boolean) RETURNS text
LANGUAGE sql STABLE AS $$
  SELECT CASE WHEN p_strict AND cardinality(p_columns) = 1
    THEN max(pgstream._hash_expression(format('sub.%I', a.attname), a.atttypid, 0))
    ELSE coalesce(string_agg(
      format('coalesce(%s, %s)', pgstream._hash_expression(format('sub.%I', a.attname), a.atttypid, c.n::integer), c.n),
      ' # ' ORDER BY c.n), '0::bigint') END
    FROM unnest(p_columns) WITH ORDINALITY c (name, n) JOIN pg_attribute a ON a.attrelid = p_storage AND a.attname = c.name
$$;
