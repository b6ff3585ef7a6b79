import { delimiter } from 'node:path';
import { extensionSettings } from '../extension-settings.ts';
import type { ExtensionName } from '../sql/index.ts';

/** What is only right for data that nobody will miss. synchronous_commit stays on: a commit means what it means elsewhere. */
export const temporarySettings = { fsync: 'off', full_page_writes: 'off' } as const;

/** Less to copy: a new server's write-ahead log is one segment, of 16 MB by default. */
const temporaryInitdb = ['--no-sync', '--wal-segsize=1'] as const;

export const maxConnections = '200';

interface Place {
  readonly port: number;
  readonly extensionPath: string;
  readonly temporary: boolean;
  /** Whether what it leaves is to be copied: no segment of its log is kept for later use. */
  readonly small: boolean;
}

/** The server's settings as command line arguments. */
export function settingArguments({ port, extensionPath, temporary, small }: Place): string[] {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: maxConnections,
    extension_control_path: `${extensionPath}${delimiter}$system`,
    // The emulator reads what the server says, and tests read its messages.
    lc_messages: 'C',
    log_destination: 'stderr',
    logging_collector: 'off',
    ...(temporary ? temporarySettings : {}),
    ...(small ? { wal_recycle: 'off', min_wal_size: '2MB' } : {}),
  };
  return Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/** What initdb is told. */
export function initdbArguments({ temporary }: { readonly temporary: boolean }, extension: ExtensionName): string[] {
  const who = ['--username=postgres', '--auth=trust'];
  return [...who, ...dataArguments(extension), ...(temporary ? temporaryInitdb : []), '--no-instructions'];
}

/**
 * What initdb is told of the data, whoever runs it. The same everywhere, whatever the machine's locale: UTF-8, sorted by code
 * point; and the extension's settings.
 */
export function dataArguments(extension: ExtensionName): string[] {
  const text = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  // Into postgresql.conf: on the server's command line they would outrank ALTER SYSTEM.
  const settings = Object.entries(extensionSettings(extension)).flatMap(([name, value]) => [
    '--set',
    `${name}=${value}`,
  ]);
  return [...text, ...settings];
}
