import { onEmulator, serverUrl } from '@pgstream/harness';
import { type Emulator, startEmulator } from '@pgstream/emulator';
import { Client } from 'pg';

/** The server that the probes of one file are put to. */
export interface ProbedServer extends AsyncDisposable {
  readonly url: string;
}

/**
 * A real server where the run has one. Otherwise an emulator of the file's own: what a second refresh in one transaction
 * sees depends on how far the whole server has written its log, so nothing else may write meanwhile.
 */
export async function probedServer(options: { scheduler: boolean }): Promise<ProbedServer> {
  if (!onEmulator) return { url: serverUrl(), [Symbol.asyncDispose]: async () => {} };
  const emulator: Emulator = await startEmulator(options);
  await keepLogWriterQuiet(emulator.url);
  return emulator;
}

/** The log writer wakes five times a second and moves the write position, between two statements of a probe as well. */
async function keepLogWriterQuiet(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query("ALTER SYSTEM SET wal_writer_delay = '10s'");
    await client.query('SELECT pg_reload_conf()');
  } finally {
    await client.end();
  }
}
