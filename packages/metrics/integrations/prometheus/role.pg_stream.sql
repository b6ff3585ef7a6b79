-- A role that reads the metrics of pg_stream's stream tables, and nothing else. Run in the database that has the extension:
--   psql --variable=password=… --file=role.pg_stream.sql
CREATE ROLE pgstream_metrics LOGIN PASSWORD :'password';
GRANT USAGE ON SCHEMA pgstream TO "pgstream_metrics";
GRANT SELECT ON TABLE pgstream.pgs_stream_tables, pgstream.pgs_refresh_history, pgstream.pgs_dependencies TO "pgstream_metrics";
GRANT pg_read_all_stats TO "pgstream_metrics";
