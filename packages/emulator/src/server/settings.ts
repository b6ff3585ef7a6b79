import { delimiter } from 'node:path';

/** What is only right for data that nobody will miss. synchronous_commit stays on: a commit means what it means elsewhere. */
const temporarySettings = { fsync: 'off', full_page_writes: 'off' } as const;

interface Place {
  readonly port: number;
  readonly extensionPath: string;
  readonly temporary: boolean;
}

/** The server's settings as command line arguments. */
export function settingArguments({ port, extensionPath, temporary }: Place): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '200',
    extension_control_path: `${extensionPath}${delimiter}$system`,
    // The emulator reads what the server says, and tests read its messages.
    lc_messages: 'C',
    log_destination: 'stderr',
    logging_collector: 'off',
    ...(temporary ? temporarySettings : {}),
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** The extension's settings and their defaults (contract A.8): without its library nobody else declares them. */
const extensionSettings = {
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

/**
 * The arguments that make initdb write the extension's settings into postgresql.conf. On the server's command line they
 * would outrank ALTER SYSTEM.
 */
export function extensionSettingArguments(): string[] {
  return Object.entries(extensionSettings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
}
