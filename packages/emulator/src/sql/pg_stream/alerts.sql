-- Notifications (contract A.7). The JSON is put together by hand, as the original's is: only quotes are escaped, and what
-- is too long for NOTIFY is cut.

CREATE FUNCTION pgstream._alert(p_event text, p_table pgstream.pgs_stream_tables, p_fields json) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
  v_schema text := replace(p_table.pgs_schema, '"', E'\\"');
  v_name text := replace(p_table.pgs_name, '"', E'\\"');
  v_payload text;
BEGIN
  v_payload := format('{"event":"%s","pgs_schema":"%s","pgs_name":"%s","st":"%2$s.%3$s",%s}', p_event, v_schema, v_name,
    (SELECT string_agg(format('"%s":%s', f.key, CASE json_typeof(f.value)
        WHEN 'string' THEN '"' || replace(f.value #>> '{}', '"', E'\\"') || '"' ELSE f.value::text END), ',' ORDER BY f.n)
       FROM json_each(p_fields) WITH ORDINALITY f (key, value, n)));
  IF octet_length(v_payload) > 7890 THEN
    -- Cut by characters until the bytes fit.
    v_payload := left(v_payload, 7890);
    WHILE octet_length(v_payload) > 7890 LOOP
      v_payload := left(v_payload, -100);
    END LOOP;
    v_payload := v_payload || '...}';
  END IF;
  PERFORM pg_notify('pg_stream_alert', v_payload);
END
$$;
