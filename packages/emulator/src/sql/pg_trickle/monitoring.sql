-- Views and reading functions (contract B.2, B.3, F.7). Each judges staleness in its own way, as the original's do.

CREATE VIEW pgtrickle.stream_tables_info AS
SELECT s.*, now() - s.last_refresh_at AS staleness,
       CASE WHEN s.schedule IS NOT NULL AND s.schedule !~ E'[\\s@]'
            THEN extract(epoch FROM now() - s.last_refresh_at) > pgtrickle.parse_duration_seconds(s.schedule) END AS stale,
       s.topk_limit IS NOT NULL AS is_topk
  FROM pgtrickle.pgt_stream_tables s;

CREATE VIEW pgtrickle.pg_stat_stream_tables AS
SELECT s.pgt_id, s.pgt_schema, s.pgt_name, s.status, s.refresh_mode, s.is_populated, s.data_timestamp, s.schedule,
       now() - s.last_refresh_at AS staleness,
       CASE WHEN s.schedule IS NOT NULL AND s.schedule !~ E'[\\s@]' AND s.last_refresh_at IS NOT NULL
            THEN extract(epoch FROM now() - s.last_refresh_at) > pgtrickle.parse_duration_seconds(s.schedule) END AS stale,
       s.consecutive_errors, s.needs_reinit, s.last_refresh_at,
       h.total_refreshes, h.successful_refreshes, h.failed_refreshes, h.total_rows_inserted,
       h.total_rows_updated, -- only 0.108
       h.total_rows_deleted, h.avg_duration_ms,
       l.action AS last_action, l.status AS last_status,
       ARRAY(SELECT DISTINCT d.cdc_mode FROM pgtrickle.pgt_dependencies d WHERE d.pgt_id = s.pgt_id AND d.source_type = 'TABLE') AS cdc_modes,
       s.scc_id, s.last_fixpoint_iterations, s.refresh_tier
  FROM pgtrickle.pgt_stream_tables s
  LEFT JOIN LATERAL (
    SELECT count(*) AS total_refreshes, count(*) FILTER (WHERE h.status = 'COMPLETED') AS successful_refreshes,
           count(*) FILTER (WHERE h.status = 'FAILED') AS failed_refreshes,
           coalesce(sum(h.rows_inserted), 0)::bigint AS total_rows_inserted,
           coalesce(sum(h.rows_updated), 0)::bigint AS total_rows_updated, -- only 0.108
           coalesce(sum(h.rows_deleted), 0)::bigint AS total_rows_deleted,
           -- An end that is missing gives NULL, which avg leaves out.
           avg(extract(epoch FROM h.end_time - h.start_time) * 1000)::double precision AS avg_duration_ms
      FROM pgtrickle.pgt_refresh_history h WHERE h.pgt_id = s.pgt_id) h ON true
  LEFT JOIN LATERAL (
    -- In the order of the index on (pgt_id, data_timestamp): history is never pruned.
    SELECT h.action, h.status FROM pgtrickle.pgt_refresh_history h WHERE h.pgt_id = s.pgt_id
     ORDER BY h.data_timestamp DESC, h.refresh_id DESC LIMIT 1) l ON true;

CREATE FUNCTION pgtrickle.pgt_status()
RETURNS TABLE (name text, status text, refresh_mode text, is_populated boolean, consecutive_errors integer, schedule text,
  data_timestamp timestamptz, staleness interval, scc_id integer)
LANGUAGE plpgsql STRICT AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT s.pgt_schema || '.' || s.pgt_name, s.status, s.refresh_mode, s.is_populated, s.consecutive_errors, s.schedule,
         s.data_timestamp, now() - s.data_timestamp, s.scc_id
    FROM pgtrickle.pgt_stream_tables s ORDER BY s.pgt_schema, s.pgt_name;
-- raises as the original does
END
$$;

CREATE FUNCTION pgtrickle.st_refresh_stats()
RETURNS TABLE (pgt_name text, pgt_schema text, status text, refresh_mode text, is_populated boolean, total_refreshes bigint,
  successful_refreshes bigint, failed_refreshes bigint, total_rows_inserted bigint,
  total_rows_updated bigint, -- only 0.108
  total_rows_deleted bigint,
  avg_duration_ms double precision, last_refresh_action text, last_refresh_status text, last_refresh_at timestamptz,
  staleness_secs double precision, stale boolean,
  consecutive_errors integer, schedule text, refresh_tier text, last_error_message text, downstream_publication text)
LANGUAGE plpgsql STRICT AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT v.pgt_name, v.pgt_schema, v.status, v.refresh_mode, v.is_populated, v.total_refreshes, v.successful_refreshes,
         v.failed_refreshes, v.total_rows_inserted,
         v.total_rows_updated, -- only 0.108
         v.total_rows_deleted, coalesce(v.avg_duration_ms, 0), v.last_action, v.last_status,
         v.last_refresh_at, extract(epoch FROM now() - v.data_timestamp)::double precision,
         -- Only long after the last refresh: one that found nothing leaves the data's timestamp.
         coalesce(CASE WHEN v.schedule NOT LIKE '% %' AND v.schedule NOT LIKE '@%'
                       THEN extract(epoch FROM now() - v.data_timestamp) > pgtrickle.parse_duration_seconds(v.schedule)
                        AND extract(epoch FROM now() - v.last_refresh_at) > 3 * pgtrickle.parse_duration_seconds(v.schedule) END, false),
         v.consecutive_errors, v.schedule, v.refresh_tier, s.last_error_message, s.downstream_publication_name
    FROM pgtrickle.pg_stat_stream_tables v JOIN pgtrickle.pgt_stream_tables s USING (pgt_id) ORDER BY v.pgt_schema, v.pgt_name;
-- raises as the original does
END
$$;

CREATE FUNCTION pgtrickle.get_refresh_history(name text, max_rows integer DEFAULT 20)
RETURNS TABLE (refresh_id bigint, data_timestamp timestamptz, start_time timestamptz, end_time timestamptz, action text, status text,
  rows_inserted bigint,
  rows_updated bigint, -- only 0.108
  rows_deleted bigint, duration_ms double precision, error_message text
  , refresh_reason text, refresh_reason_detail text -- only 0.108
)
LANGUAGE plpgsql STRICT AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT h.refresh_id, h.data_timestamp, h.start_time, h.end_time, h.action, h.status, h.rows_inserted,
         h.rows_updated, -- only 0.108
         h.rows_deleted,
         (extract(epoch FROM h.end_time - h.start_time) * 1000)::double precision, h.error_message
         , h.refresh_reason, h.refresh_reason_detail -- only 0.108
    FROM pgtrickle._split_name(get_refresh_history.name, 'public') n
    JOIN pgtrickle.pgt_stream_tables s ON s.pgt_schema = n.schema_name AND s.pgt_name = n.table_name
    JOIN pgtrickle.pgt_refresh_history h ON h.pgt_id = s.pgt_id
   ORDER BY h.refresh_id DESC LIMIT max_rows;
-- raises as the original does
END
$$;

CREATE FUNCTION pgtrickle.check_cdc_health()
RETURNS TABLE (source_relid bigint, source_table text, cdc_mode text, slot_name text, lag_bytes bigint, confirmed_lsn text, alert text, selective_capture boolean)
LANGUAGE plpgsql STRICT AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT DISTINCT ON (d.source_relid) d.source_relid::bigint,
         CASE WHEN c.oid IS NULL THEN 'oid:' || d.source_relid ELSE d.source_relid::regclass::text END,
         d.cdc_mode, d.slot_name, NULL::bigint, d.decoder_confirmed_lsn::text, NULL::text, false
    FROM pgtrickle.pgt_dependencies d LEFT JOIN pg_class c ON c.oid = d.source_relid
   WHERE d.source_type = 'TABLE' ORDER BY d.source_relid;
-- raises as the original does
END
$$;

CREATE FUNCTION pgtrickle.explain_st(name text, with_analyze boolean DEFAULT false) RETURNS TABLE (property text, value text)
LANGUAGE sql STRICT AS $$
  SELECT * FROM pgtrickle._explain(explain_st.name)
$$;

CREATE VIEW pgtrickle.pgt_cdc_status AS
SELECT s.pgt_schema, s.pgt_name, d.source_relid, c.relname::text AS source_name, n.nspname::text AS source_schema, d.cdc_mode,
       d.slot_name, d.decoder_confirmed_lsn, d.transition_started_at
  FROM pgtrickle.pgt_stream_tables s
  JOIN pgtrickle.pgt_dependencies d ON d.pgt_id = s.pgt_id AND d.source_type = 'TABLE'
  LEFT JOIN pg_class c ON c.oid = d.source_relid LEFT JOIN pg_namespace n ON n.oid = c.relnamespace;

CREATE VIEW pgtrickle.quick_health AS
SELECT h.total_stream_tables, h.error_tables, h.stale_tables, h.scheduler_running,
       CASE WHEN h.total_stream_tables = 0 THEN 'EMPTY' WHEN h.error_tables > 0 THEN 'CRITICAL' WHEN h.stale_tables > 0 THEN 'WARNING'
            ELSE 'OK' END AS status
       , 0::bigint AS broken_immediate_tables -- only 0.108
  FROM (SELECT count(*) AS total_stream_tables, count(*) FILTER (WHERE s.status IN ('ERROR', 'SUSPENDED')) AS error_tables,
               count(*) FILTER (WHERE s.stale) AS stale_tables,
               EXISTS (SELECT FROM pg_stat_activity a
                        WHERE a.application_name = 'pg_trickle scheduler' AND a.datname = current_database()) AS scheduler_running
          FROM pgtrickle.stream_tables_info s) h;
