import { type Emulator, type EmulatorOptions, startEmulator } from '@pgstream/emulator';
import { cleanUpLater } from './clean-up.ts';
import { freshDatabase } from './database.ts';
import { sameExtension } from './extension.ts';
import { onEmulator } from './server.ts';
import { withConnection } from './with-connection.ts';

/**
 * An emulator of the caller's own, whose log position moves by nobody's doing but the caller's: what an incremental
 * refresh sees depends on how far the whole server has written its log.
 */
export async function quietEmulator(options: EmulatorOptions): Promise<Emulator> {
  const emulator = await startEmulator({ ...(options.extension === undefined && sameExtension), ...options });
  await withConnection(emulator.url, async (client) => {
    // The log writer wakes five times a second and moves the write position, between two statements as well.
    await client.query("ALTER SYSTEM SET wal_writer_delay = '10s'");
    await client.query('ALTER SYSTEM SET autovacuum = off');
    await client.query('SELECT pg_reload_conf()');
  });
  return emulator;
}

/**
 * The database of such an emulator, which makes no others ahead; stopped at the end of the test or of the file. On a real server a fresh database:
 * there nobody but the run is expected to write.
 */
export async function quietDatabase(): Promise<string> {
  if (!onEmulator) return freshDatabase();
  const emulator = await quietEmulator({ scheduler: false });
  cleanUpLater(() => emulator.stop());
  return emulator.url;
}
