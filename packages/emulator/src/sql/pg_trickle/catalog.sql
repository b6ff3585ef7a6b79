-- The catalog (contract B.3, F.7).

CREATE SCHEMA pgtrickle;
CREATE SCHEMA pgtrickle_changes;
REVOKE ALL ON SCHEMA pgtrickle_changes FROM PUBLIC;

CREATE TABLE pgtrickle.pgt_stream_tables (
  pgt_id bigserial PRIMARY KEY,
  pgt_relid oid NOT NULL UNIQUE,
  pgt_name text NOT NULL,
  pgt_schema text NOT NULL,
  defining_query text NOT NULL,
  original_query text,
  schedule text,
  refresh_mode text NOT NULL DEFAULT 'DIFFERENTIAL' CHECK (refresh_mode IN ('FULL', 'DIFFERENTIAL', 'IMMEDIATE')),
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
  topk_limit integer,
  topk_order_by text,
  topk_offset integer,
  diamond_consistency text NOT NULL DEFAULT 'atomic' CHECK (diamond_consistency IN ('none', 'atomic')),
  diamond_schedule_policy text NOT NULL DEFAULT 'fastest' CHECK (diamond_schedule_policy IN ('fastest', 'slowest')),
  has_keyless_source boolean NOT NULL DEFAULT false,
  function_hashes text,
  requested_cdc_mode text CHECK (requested_cdc_mode IN ('auto', 'trigger', 'wal')),
  is_append_only boolean NOT NULL DEFAULT false,
  scc_id integer,
  last_fixpoint_iterations integer,
  max_differential_joins integer,
  max_delta_fraction double precision,
  pooler_compatibility_mode boolean NOT NULL DEFAULT false,
  refresh_tier text NOT NULL DEFAULT 'hot' CHECK (refresh_tier IN ('hot', 'warm', 'cold', 'frozen')),
  effective_refresh_mode text,
  fuse_mode text NOT NULL DEFAULT 'off' CHECK (fuse_mode IN ('off', 'on', 'auto')),
  fuse_state text NOT NULL DEFAULT 'armed' CHECK (fuse_state IN ('armed', 'blown', 'disabled')),
  fuse_ceiling bigint,
  fuse_sensitivity integer,
  blown_at timestamptz,
  blow_reason text,
  last_error_message text,
  last_error_at timestamptz,
  downstream_publication_name text,
  freshness_deadline_ms bigint,
  st_partition_key text,
  st_placement text NOT NULL DEFAULT 'local',
  temporal_mode boolean NOT NULL DEFAULT false,
  storage_backend text NOT NULL DEFAULT 'heap',
  post_refresh_action text NOT NULL DEFAULT 'none' CHECK (post_refresh_action IN ('none', 'analyze', 'reindex', 'reindex_if_drift')),
  reindex_drift_threshold double precision,
  rows_changed_since_last_reindex bigint NOT NULL DEFAULT 0,
  last_reindex_at timestamptz,
  column_lineage jsonb,
  defining_query_hash bigint NOT NULL DEFAULT 0,
  ducklake_compaction_policy text CHECK (ducklake_compaction_policy IN ('fallback', 'error')), -- only 0.67
  ducklake_sink_mode text, -- only 0.67
  ducklake_sink_path text, -- only 0.67
  ducklake_sink_table_id bigint, -- only 0.67
  requested_refresh_mode text NOT NULL DEFAULT 'AUTO' CHECK (requested_refresh_mode IN ('AUTO', 'FULL', 'DIFFERENTIAL', 'IMMEDIATE')), -- only 0.108
  target_freshness_mode text CHECK (target_freshness_mode IN ('INTERVAL', 'ON_COMMIT', 'MANUAL')), -- only 0.108
  refresh_reason text, -- only 0.108
  refresh_reason_detail text, -- only 0.108
  last_error_code text, -- only 0.108
  last_error_retryable boolean, -- only 0.108
  tentative_frontier jsonb, -- only 0.108
  in_shadow_build boolean NOT NULL DEFAULT false, -- only 0.108
  shadow_table_name text, -- only 0.108
  storage_fillfactor integer, -- only 0.108
  query_complexity_class text, -- only 0.108
  row_identity_version integer, -- only 0.108
  row_probe_version integer, -- only 0.108
  window_strategy jsonb, -- only 0.108
  defining_search_path text NOT NULL DEFAULT current_setting('search_path'), -- only 0.108
  orchestration_mode text NOT NULL DEFAULT 'MANAGED' CHECK (orchestration_mode IN ('MANAGED', 'EXTERNAL')), -- only 0.108
  contract_generation bigint NOT NULL DEFAULT 1, -- only 0.108
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now(),
  CHECK (ducklake_sink_mode IS NULL OR ducklake_sink_mode IN ('append', 'replace')), -- only 0.67
  CHECK (reindex_drift_threshold IS NULL OR (reindex_drift_threshold > 0 AND reindex_drift_threshold <= 1.0))
);
CREATE UNIQUE INDEX idx_pgt_name ON pgtrickle.pgt_stream_tables (pgt_schema, pgt_name);
CREATE INDEX idx_pgt_relid ON pgtrickle.pgt_stream_tables (pgt_relid);
CREATE INDEX idx_pgt_status ON pgtrickle.pgt_stream_tables (status);

CREATE TABLE pgtrickle.pgt_dependencies (
  pgt_id bigint NOT NULL REFERENCES pgtrickle.pgt_stream_tables (pgt_id) ON DELETE CASCADE,
  source_relid oid NOT NULL,
  source_type text NOT NULL CHECK (source_type IN ('TABLE', 'STREAM_TABLE', 'VIEW', 'MATVIEW', 'FOREIGN_TABLE')),
  columns_used text[],
  column_snapshot jsonb,
  schema_fingerprint text,
  cdc_mode text NOT NULL DEFAULT 'TRIGGER' CHECK (cdc_mode IN ('TRIGGER', 'TRANSITIONING', 'WAL', 'DUCKLAKE_CHANGE_FEED')), -- only 0.67
  cdc_mode text NOT NULL DEFAULT 'TRIGGER' CHECK (cdc_mode IN ('TRIGGER', 'TRANSITIONING', 'WAL')), -- only 0.108
  slot_name text,
  decoder_confirmed_lsn pg_lsn,
  cutover_target text, -- only 0.108
  cutover_lsn pg_lsn, -- only 0.108
  transition_started_at timestamptz,
  source_stable_name text,
  source_placement text NOT NULL DEFAULT 'local',
  PRIMARY KEY (pgt_id, source_relid)
);
CREATE INDEX idx_deps_pgt_id ON pgtrickle.pgt_dependencies (pgt_id);
CREATE INDEX idx_deps_source ON pgtrickle.pgt_dependencies (source_relid);

-- History goes with its stream table.
CREATE TABLE pgtrickle.pgt_refresh_history (
  refresh_id bigserial PRIMARY KEY,
  pgt_id bigint NOT NULL REFERENCES pgtrickle.pgt_stream_tables (pgt_id) ON DELETE CASCADE,
  data_timestamp timestamptz NOT NULL,
  start_time timestamptz NOT NULL,
  end_time timestamptz,
  action text NOT NULL CHECK (action IN ('NO_DATA', 'FULL', 'DIFFERENTIAL', 'REINITIALIZE', 'SKIP')),
  rows_inserted bigint DEFAULT 0,
  rows_updated bigint NOT NULL DEFAULT 0, -- only 0.108
  rows_deleted bigint DEFAULT 0,
  delta_row_count bigint DEFAULT 0,
  merge_strategy_used text,
  was_full_fallback boolean NOT NULL DEFAULT false,
  error_message text,
  status text NOT NULL CHECK (status IN ('RUNNING', 'COMPLETED', 'FAILED', 'SKIPPED')),
  initiated_by text CHECK (initiated_by IN ('SCHEDULER', 'MANUAL', 'INITIAL', 'SELF_MONITOR')), -- only 0.67
  initiated_by text CHECK (initiated_by IN ('SCHEDULER', 'MANUAL', 'INITIAL', 'SELF_MONITOR', 'SCHEDULER_FUSED', 'EXTERNAL_GRAPH')), -- only 0.108
  freshness_deadline timestamptz,
  refresh_reason text, -- only 0.108
  refresh_reason_detail text, -- only 0.108
  error_code text, -- only 0.108
  error_sqlstate text, -- only 0.108
  retryable boolean, -- only 0.108
  duration_ms double precision, -- only 0.108
  source_commit_at timestamptz, -- only 0.108
  visibility_xid text, -- only 0.108
  visible_at timestamptz, -- only 0.108
  commit_to_visible_ms double precision, -- only 0.108
  plan_identity text, -- only 0.108
  tick_watermark_lsn pg_lsn,
  fixpoint_iteration integer
);
CREATE INDEX idx_hist_pgt_start ON pgtrickle.pgt_refresh_history (pgt_id, start_time);
CREATE INDEX idx_hist_pgt_ts ON pgtrickle.pgt_refresh_history (pgt_id, data_timestamp);

CREATE TABLE pgtrickle.pgt_change_tracking (
  source_relid oid NOT NULL PRIMARY KEY,
  slot_name text NOT NULL,
  last_consumed_lsn pg_lsn,
  tracked_by_pgt_ids bigint[],
  source_stable_name text,
  source_placement text NOT NULL DEFAULT 'local',
  frontier_per_node jsonb
);

SELECT pg_extension_config_dump('pgtrickle.pgt_stream_tables', '');
SELECT pg_extension_config_dump('pgtrickle.pgt_dependencies', '');

-- Which database the changes are captured in: one that was copied from another is quarantined until somebody says that it may go -- only 0.108
-- on (contract F.4). NULL until the first stream table: a copy of a database that has none is as good as new. -- only 0.108
CREATE TABLE pgtrickle.pgt_capture_instance ( -- only 0.108
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton), -- only 0.108
  database_oid oid, -- only 0.108
  state text NOT NULL DEFAULT 'READY' CHECK (state IN ('READY', 'QUIESCED')) -- only 0.108
); -- only 0.108
INSERT INTO pgtrickle.pgt_capture_instance DEFAULT VALUES; -- only 0.108
REVOKE ALL ON pgtrickle.pgt_capture_instance FROM PUBLIC; -- only 0.108
