-- What drop_stream_table does (contract A.1).

CREATE FUNCTION pgstream._drop(p_table pgstream.pgs_stream_tables) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_sources oid[];
  v_source oid;
BEGIN
  v_sources := ARRAY(SELECT d.source_relid FROM pgstream.pgs_dependencies d
    WHERE d.pgs_id = p_table.pgs_id AND d.source_type = 'TABLE' ORDER BY d.source_relid);
  EXECUTE format('DROP TABLE IF EXISTS %s CASCADE', pgstream._storage_name(p_table.pgs_schema, p_table.pgs_name));
  -- Where event triggers run, they have done it already.
  DELETE FROM pgstream.pgs_stream_tables s WHERE s.pgs_id = p_table.pgs_id;
  FOREACH v_source IN ARRAY v_sources LOOP
    PERFORM pgstream._stop_capture(v_source, p_table.pgs_id);
  END LOOP;
  RAISE INFO 'Stream table %.% dropped (pgs_id=%)', p_table.pgs_schema, p_table.pgs_name, p_table.pgs_id;
END
$$;
