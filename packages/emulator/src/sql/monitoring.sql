-- Reading functions that both extensions have (contract A.1).

CREATE FUNCTION pgstream.get_staleness(name text) RETURNS double precision
LANGUAGE plpgsql STRICT AS $$
BEGIN
  RETURN (
    SELECT extract(epoch FROM now() - s.data_timestamp)::double precision
      FROM pgstream._split_name(get_staleness.name, 'public') n
      JOIN pgstream.pgs_stream_tables s ON s.pgs_schema = n.schema_name AND s.pgs_name = n.table_name);
-- raises as the original does
END
$$;

CREATE FUNCTION pgstream.slot_health()
RETURNS TABLE (slot_name text, source_relid bigint, active boolean, retained_wal_bytes bigint, wal_status text)
LANGUAGE sql STRICT AS $$
  SELECT t.slot_name, t.source_relid::bigint, true, 0::bigint, 'trigger' FROM pgstream.pgs_change_tracking t ORDER BY t.source_relid
$$;

CREATE FUNCTION pgstream._explain(p_name text) RETURNS TABLE (property text, value text)
LANGUAGE plpgsql AS $$
DECLARE
  v_schema text;
  v_name text;
  v_table pgstream.pgs_stream_tables;
  v_identity jsonb;
  v_columns text[];
BEGIN
  SELECT n.schema_name, n.table_name INTO v_schema, v_name FROM pgstream._split_name(p_name, 'public') n;
  SELECT s.* INTO v_table FROM pgstream.pgs_stream_tables s WHERE s.pgs_schema = v_schema AND s.pgs_name = v_name;
  IF NOT FOUND THEN
    RETURN QUERY VALUES ('error', format('stream table not found: %s.%s', v_schema, v_name));
    RETURN;
  END IF;
  v_identity := pgstream._stored_identity(v_table.pgs_relid);
  v_columns := pgstream._visible_columns(v_table.pgs_relid);
  RETURN QUERY VALUES
    ('pgs_name', v_schema || '.' || v_name),
    ('defining_query', v_table.defining_query),
    ('refresh_mode', v_table.refresh_mode),
    ('status', v_table.status),
    ('is_populated', v_table.is_populated::text),
    ('dvm_supported', 'true'),
    ('operator_tree', pgstream._operator_tree(v_identity)),
    ('output_columns', array_to_string(v_columns, ', ')),
    ('source_oids', (SELECT string_agg(d.source_relid::text, ', ' ORDER BY d.source_relid) FROM pgstream.pgs_dependencies d
      WHERE d.pgs_id = v_table.pgs_id AND d.source_type <> 'VIEW')),
    ('delta_query', pgstream._rows_sql(v_table.pgs_relid, v_table.defining_query, v_identity, v_identity ->> 'count' IS NOT NULL)),
    ('frontier', coalesce(v_table.frontier::text, 'null'));
END
$$;

-- What is known of the query's top operator, in the form that the original prints.
CREATE FUNCTION pgstream._operator_tree(p_identity jsonb) RETURNS text
LANGUAGE sql IMMUTABLE AS $$
  SELECT CASE p_identity ->> 'count'
    WHEN 'aggregate' THEN format('Aggregate { group_by: [%s] }', (
      SELECT string_agg(format('ColumnRef { table_alias: None, column_name: "%s" }', c), ', ')
        FROM jsonb_array_elements_text(p_identity -> 'index') c))
    WHEN 'distinct' THEN 'Distinct { }'
    ELSE format('Project { row_key: %s %s }', p_identity ->> 'by', p_identity -> 'columns') END
$$;
