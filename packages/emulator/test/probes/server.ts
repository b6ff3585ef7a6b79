import { onEmulator, quietEmulator, serverUrl } from '@pgstream/harness';

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
  return quietEmulator(options);
}
