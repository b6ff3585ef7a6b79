import type { ExtensionName } from './sql/index.ts';

/** pg_stream's settings and their defaults (contract A.8). */
const settingsOfStream = {
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

/** pg_trickle's, where they are others (contract B.10). */
const settingsOfTrickle = {
  ...Object.fromEntries(Object.entries(settingsOfStream).map(([name, value]) => [inNamesOfTrickle(name), value])),
  'pg_trickle.min_schedule_seconds': '1',
  'pg_trickle.default_schedule_seconds': '1',
  'pg_trickle.change_buffer_schema': 'pgtrickle_changes',
  'pg_trickle.cdc_mode': 'auto',
  'pg_trickle.block_source_ddl': 'on',
};

function inNamesOfTrickle(setting: string): string {
  return setting.replace('pg_stream', 'pg_trickle');
}

/** The extension's settings: without its library nobody else declares them. */
export function extensionSettings(extension: ExtensionName): Readonly<Record<string, string>> {
  return extension === 'pg_stream' ? settingsOfStream : settingsOfTrickle;
}
