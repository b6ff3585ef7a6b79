/** The extension's settings and their defaults (contract A.8): without its library nobody else declares them. */
export const extensionSettings = {
  'pg_stream.enabled': 'on',
  'pg_stream.scheduler_interval_ms': '1000',
  'pg_stream.min_schedule_seconds': '60',
  'pg_stream.max_consecutive_errors': '3',
  'pg_stream.change_buffer_schema': 'pgstream_changes',
  'pg_stream.max_concurrent_refreshes': '4',
  'pg_stream.differential_max_change_ratio': '0.15',
  'pg_stream.cleanup_use_truncate': 'on',
  'pg_stream.merge_planner_hints': 'on',
  'pg_stream.merge_work_mem_mb': '64',
  'pg_stream.use_prepared_statements': 'on',
  'pg_stream.user_triggers': 'auto',
  'pg_stream.cdc_mode': 'trigger',
  'pg_stream.wal_transition_timeout': '300',
  'pg_stream.block_source_ddl': 'off',
} as const;
