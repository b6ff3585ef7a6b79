import { extension as ofServer, onEmulator, quietEmulator, serverUrl } from '@pgstream/harness';
import { type Recording, recordings } from './recording.ts';

/** The server that the probes of one file are put to. */
export interface ProbedServer extends AsyncDisposable {
  readonly url: string;
}

/**
 * A real server where the run has one. Otherwise an emulator of the file's own: what a second refresh in one transaction
 * sees depends on how far the whole server has written its log, so nothing else may write meanwhile.
 */
export async function probedServer(recording: Recording, options: { scheduler: boolean }): Promise<ProbedServer> {
  if (!onEmulator) return { url: serverUrl(), [Symbol.asyncDispose]: async () => {} };
  const { extension, version } = recording;
  return quietEmulator({ ...options, extension, ...(version && { version }) });
}

/** What there is to be asked: of a real server that which was recorded of its very extension, of the emulator everything. */
export const asked: readonly Recording[] = recordings.filter(
  ({ extension, extversion }) => onEmulator || (extension === ofServer.name && extversion === ofServer.version),
);
