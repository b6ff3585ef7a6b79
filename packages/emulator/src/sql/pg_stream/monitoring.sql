-- Views and reading functions (contract A.1, A.2). Each judges staleness in its own way, as the original's do.

CREATE VIEW pgstream.stream_tables_info AS
SELECT s.*, now() - s.data_timestamp AS staleness,
       CASE WHEN s.schedule IS NOT NULL AND s.schedule !~ E'[\\s@]'
            THEN extract(epoch FROM now() - s.data_timestamp) > pgstream.parse_duration_seconds(s.schedule) END AS stale
  FROM pgstream.pgs_stream_tables s;

CREATE VIEW pgstream.pg_stat_stream_tables AS
SELECT s.pgs_id, s.pgs_schema, s.pgs_name, s.status, s.refresh_mode, s.is_populated, s.data_timestamp, s.schedule,
       now() - s.data_timestamp AS staleness,
       CASE WHEN s.schedule IS NOT NULL AND s.schedule !~ E'[\\s@]' AND s.data_timestamp IS NOT NULL
            THEN extract(epoch FROM now() - s.data_timestamp) > pgstream.parse_duration_seconds(s.schedule) END AS stale,
       s.consecutive_errors, s.needs_reinit, s.last_refresh_at,
       h.total_refreshes, h.successful_refreshes, h.failed_refreshes, h.total_rows_inserted, h.total_rows_deleted, h.avg_duration_ms,
       l.action AS last_action, l.status AS last_status
  FROM pgstream.pgs_stream_tables s
  LEFT JOIN LATERAL (
    SELECT count(*) AS total_refreshes, count(*) FILTER (WHERE h.status = 'COMPLETED') AS successful_refreshes,
           count(*) FILTER (WHERE h.status = 'FAILED') AS failed_refreshes,
           coalesce(sum(h.rows_inserted), 0)::bigint AS total_rows_inserted, coalesce(sum(h.rows_deleted), 0)::bigint AS total_rows_deleted,
           -- An end that is missing gives NULL, which avg leaves out.
           avg(extract(epoch FROM h.end_time - h.start_time) * 1000)::double precision AS avg_duration_ms
      FROM pgstream.pgs_refresh_history h WHERE h.pgs_id = s.pgs_id) h ON true
  LEFT JOIN LATERAL (
    -- In the order of the index on (pgs_id, data_timestamp): history is never pruned.
    SELECT h.action, h.status FROM pgstream.pgs_refresh_history h WHERE h.pgs_id = s.pgs_id
     ORDER BY h.data_timestamp DESC, h.refresh_id DESC LIMIT 1) l ON true;

CREATE FUNCTION pgstream.pgs_status()
RETURNS TABLE (name text, status text, refresh_mode text, is_populated boolean, consecutive_errors integer, schedule text,
  data_timestamp timestamptz, staleness interval)
LANGUAGE sql STRICT AS $$
  SELECT s.pgs_schema || '.' || s.pgs_name, s.status, s.refresh_mode, s.is_populated, s.consecutive_errors, s.schedule,
         s.data_timestamp, now() - s.data_timestamp
    FROM pgstream.pgs_stream_tables s ORDER BY s.pgs_schema, s.pgs_name
$$;

CREATE FUNCTION pgstream.st_refresh_stats()
RETURNS TABLE (pgs_name text, pgs_schema text, status text, refresh_mode text, is_populated boolean, total_refreshes bigint,
  successful_refreshes bigint, failed_refreshes bigint, total_rows_inserted bigint, total_rows_deleted bigint,
  avg_duration_ms double precision, last_refresh_action text, last_refresh_status text, last_refresh_at timestamptz,
  staleness_secs double precision, stale boolean)
LANGUAGE sql STRICT AS $$
  SELECT v.pgs_name, v.pgs_schema, v.status, v.refresh_mode, v.is_populated, v.total_refreshes, v.successful_refreshes,
         v.failed_refreshes, v.total_rows_inserted, v.total_rows_deleted, coalesce(v.avg_duration_ms, 0), v.last_action, v.last_status,
         v.last_refresh_at, extract(epoch FROM v.staleness)::double precision,
         coalesce(CASE WHEN v.schedule NOT LIKE '% %' AND v.schedule NOT LIKE '@%'
                       THEN extract(epoch FROM v.staleness) > pgstream.parse_duration_seconds(v.schedule) END, false)
    FROM pgstream.pg_stat_stream_tables v ORDER BY v.pgs_schema, v.pgs_name
$$;

CREATE FUNCTION pgstream.get_refresh_history(name text, max_rows integer DEFAULT 20)
RETURNS TABLE (refresh_id bigint, data_timestamp timestamptz, start_time timestamptz, end_time timestamptz, action text, status text,
  rows_inserted bigint, rows_deleted bigint, duration_ms double precision, error_message text)
LANGUAGE sql STRICT AS $$
  SELECT h.refresh_id, h.data_timestamp, h.start_time, h.end_time, h.action, h.status, h.rows_inserted, h.rows_deleted,
         (extract(epoch FROM h.end_time - h.start_time) * 1000)::double precision, h.error_message
    FROM pgstream._split_name(get_refresh_history.name, 'public') n
    JOIN pgstream.pgs_stream_tables s ON s.pgs_schema = n.schema_name AND s.pgs_name = n.table_name
    JOIN pgstream.pgs_refresh_history h ON h.pgs_id = s.pgs_id
   ORDER BY h.refresh_id DESC LIMIT max_rows
$$;

CREATE FUNCTION pgstream.check_cdc_health()
RETURNS TABLE (source_relid bigint, source_table text, cdc_mode text, slot_name text, lag_bytes bigint, confirmed_lsn text, alert text)
LANGUAGE sql STRICT AS $$
  SELECT DISTINCT ON (d.source_relid) d.source_relid::bigint,
         CASE WHEN c.oid IS NULL THEN 'oid:' || d.source_relid ELSE d.source_relid::regclass::text END,
         d.cdc_mode, d.slot_name, NULL::bigint, d.decoder_confirmed_lsn::text, NULL::text
    FROM pgstream.pgs_dependencies d LEFT JOIN pg_class c ON c.oid = d.source_relid
   WHERE d.source_type = 'TABLE' ORDER BY d.source_relid
$$;

CREATE FUNCTION pgstream.explain_st(name text) RETURNS TABLE (property text, value text)
LANGUAGE sql STRICT AS $$
  SELECT * FROM pgstream._explain(explain_st.name)
$$;
