-- drop_stream_table (contract A.1). History stays.

CREATE FUNCTION pgstream.drop_stream_table(name text) RETURNS void
LANGUAGE plpgsql STRICT AS $$
DECLARE
  v_table pgstream.pgs_stream_tables := pgstream._find_stream_table(drop_stream_table.name);
  v_sources oid[];
  v_source oid;
BEGIN
  v_sources := ARRAY(SELECT d.source_relid FROM pgstream.pgs_dependencies d
    WHERE d.pgs_id = v_table.pgs_id AND d.source_type = 'TABLE' ORDER BY d.source_relid);
  EXECUTE format('DROP TABLE IF EXISTS %s CASCADE', pgstream._storage_name(v_table.pgs_schema, v_table.pgs_name));
  -- Where event triggers run, they have done it already.
  DELETE FROM pgstream.pgs_stream_tables s WHERE s.pgs_id = v_table.pgs_id;
  FOREACH v_source IN ARRAY v_sources LOOP
    PERFORM pgstream._stop_capture(v_source, v_table.pgs_id);
  END LOOP;
  RAISE INFO 'Stream table %.% dropped (pgs_id=%)', v_table.pgs_schema, v_table.pgs_name, v_table.pgs_id;
END
$$;
