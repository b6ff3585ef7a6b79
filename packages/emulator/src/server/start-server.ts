import { accountForPostgres, findBinaries } from '../postgres/index.ts';
import { ServerFailure } from '../supervised.ts';
import type { Extension } from '../sql/index.ts';
import { discard, keptFolder, temporaryFolder } from './data-folder.ts';
import { preparedData } from './prepared-data.ts';
import { type RunningServer, runServer } from './run-server.ts';

/** A PostgreSQL server of ours that accepts connections. */
export interface Server extends RunningServer {
  /** Whether its databases are prepared already. */
  readonly prepared: boolean;
}

interface ServerOptions {
  readonly extension: Extension;
  readonly port?: number | undefined;
  readonly dataDir?: string | undefined;
  readonly cacheDir?: string | false | undefined;
}

/**
 * Starts PostgreSQL on 127.0.0.1, able to create the extension.
 *
 * @throws EmulatorError that says what is in the way.
 */
export async function startServer({ extension, port, dataDir, cacheDir }: ServerOptions): Promise<Server> {
  const account = await accountForPostgres();
  const prepared = dataDir === undefined ? await preparedData(account, extension, cacheDir) : undefined;
  if (prepared) {
    const { binaries, copy } = prepared;
    try {
      const folder = await temporaryFolder(account);
      return { ...(await runServer({ account, binaries, folder, extension, port, copy })), prepared: true };
    } catch (error) {
      if (!(error instanceof ServerFailure)) throw error;
      // They have lost something; the next start makes others.
      await prepared.discard();
    }
  }
  const binaries = await findBinaries(account);
  const folder = dataDir === undefined ? await temporaryFolder(account) : await keptFolder(dataDir, account);
  try {
    return { ...(await runServer({ account, binaries, folder, extension, port })), prepared: false };
  } catch (error) {
    await discard(folder);
    throw error;
  }
}
