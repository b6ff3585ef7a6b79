import { delimiter } from 'node:path';
import { extensionSettings } from '../extension-settings.ts';

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

/**
 * The arguments that make initdb write the extension's settings into postgresql.conf. On the server's command line they
 * would outrank ALTER SYSTEM.
 */
export function extensionSettingArguments(): string[] {
  return Object.entries(extensionSettings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
}
