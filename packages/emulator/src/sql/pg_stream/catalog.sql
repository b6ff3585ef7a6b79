-- The catalog (contract A.2). Nothing here is granted to anybody and nothing is registered for pg_dump: both are the
-- original's, and clients have to cope with it.

CREATE SCHEMA pgstream;
CREATE SCHEMA pgstream_changes;

CREATE TABLE pgstream.pgs_stream_tables (
  pgs_id bigserial PRIMARY KEY,
  pgs_relid oid NOT NULL UNIQUE,
  pgs_name text NOT NULL,
  pgs_schema text NOT NULL,
  defining_query text NOT NULL,
  original_query text,
  schedule text,
  -- The doubled value is the original's (INCREMENTAL renamed); constraint definitions are visible to clients.
  refresh_mode text NOT NULL DEFAULT 'DIFFERENTIAL' CHECK (refresh_mode IN ('FULL', 'DIFFERENTIAL', 'DIFFERENTIAL')),
  status text NOT NULL DEFAULT 'INITIALIZING' CHECK (status IN ('INITIALIZING', 'ACTIVE', 'SUSPENDED', 'ERROR')),
  is_populated boolean NOT NULL DEFAULT false,
  data_timestamp timestamptz,
  frontier jsonb,
  last_refresh_at timestamptz,
  consecutive_errors integer NOT NULL DEFAULT 0,
  needs_reinit boolean NOT NULL DEFAULT false,
  auto_threshold double precision,
  last_full_ms double precision,
  functions_used text[],
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX idx_pgs_status ON pgstream.pgs_stream_tables (status);
CREATE UNIQUE INDEX idx_pgs_name ON pgstream.pgs_stream_tables (pgs_schema, pgs_name);

CREATE TABLE pgstream.pgs_dependencies (
  pgs_id bigint NOT NULL REFERENCES pgstream.pgs_stream_tables (pgs_id) ON DELETE CASCADE,
  source_relid oid NOT NULL,
  source_type text NOT NULL CHECK (source_type IN ('TABLE', 'STREAM_TABLE', 'VIEW', 'MATVIEW', 'FOREIGN_TABLE')),
  columns_used text[],
  column_snapshot jsonb,
  schema_fingerprint text,
  cdc_mode text NOT NULL DEFAULT 'TRIGGER' CHECK (cdc_mode IN ('TRIGGER', 'TRANSITIONING', 'WAL')),
  slot_name text,
  decoder_confirmed_lsn pg_lsn,
  transition_started_at timestamptz,
  PRIMARY KEY (pgs_id, source_relid)
);
CREATE INDEX idx_deps_source ON pgstream.pgs_dependencies (source_relid);

-- No foreign key: history outlives its stream table.
CREATE TABLE pgstream.pgs_refresh_history (
  refresh_id bigserial PRIMARY KEY,
  pgs_id bigint NOT NULL,
  data_timestamp timestamptz NOT NULL,
  start_time timestamptz NOT NULL,
  end_time timestamptz,
  action text NOT NULL CHECK (action IN ('NO_DATA', 'FULL', 'DIFFERENTIAL', 'DIFFERENTIAL', 'REINITIALIZE', 'SKIP')),
  rows_inserted bigint DEFAULT 0,
  rows_deleted bigint DEFAULT 0,
  error_message text,
  status text NOT NULL CHECK (status IN ('RUNNING', 'COMPLETED', 'FAILED', 'SKIPPED')),
  initiated_by text CHECK (initiated_by IN ('SCHEDULER', 'MANUAL', 'INITIAL')),
  freshness_deadline timestamptz
);
CREATE INDEX idx_hist_pgs_ts ON pgstream.pgs_refresh_history (pgs_id, data_timestamp);

CREATE TABLE pgstream.pgs_change_tracking (
  source_relid oid PRIMARY KEY,
  slot_name text NOT NULL,
  last_consumed_lsn pg_lsn,
  tracked_by_pgs_ids bigint[]
);
