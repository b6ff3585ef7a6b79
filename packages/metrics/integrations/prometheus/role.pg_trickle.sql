-- A role that reads the metrics of pg_trickle's stream tables, and nothing else. Run in the database that has the extension:
--   psql --variable=password=… --file=role.pg_trickle.sql
CREATE ROLE pgstream_metrics LOGIN PASSWORD :'password';
GRANT USAGE ON SCHEMA pgtrickle TO "pgstream_metrics";
GRANT SELECT ON TABLE pgtrickle.pgt_stream_tables, pgtrickle.pgt_refresh_history, pgtrickle.pgt_dependencies TO "pgstream_metrics";
GRANT pg_read_all_stats TO "pgstream_metrics";
