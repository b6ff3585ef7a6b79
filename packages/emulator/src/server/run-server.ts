import { createServer } from 'node:net';
import { EmulatorError } from '../errors.ts';
import { type Account, type Binaries, environment } from '../postgres/index.ts';
import { ServerFailure, startSupervised, type SupervisedServer } from '../supervised.ts';
import type { Extension } from '../sql/index.ts';
import type { DataFolder } from './data-folder.ts';
import { writeExtensionFiles } from './extension-files.ts';
import type { Copy, Plan } from './plan.ts';
import { initdbArguments, settingArguments } from './settings.ts';

/** A PostgreSQL server of ours that accepts connections. */
export interface RunningServer extends SupervisedServer {
  readonly port: number;
}

interface Run {
  readonly account: Account;
  readonly binaries: Binaries;
  readonly folder: DataFolder;
  readonly extension: Extension;
  /** Default: a free one. */
  readonly port?: number | undefined;
  /** What to copy the data from, instead of making them. */
  readonly copy?: Copy;
  /** Whether the folder stays when the server ends, although it is a temporary one. */
  readonly keep?: boolean;
}

/**
 * Runs PostgreSQL on 127.0.0.1 in a folder, able to create the extension.
 *
 * @throws EmulatorError that says what is in the way; ServerFailure when prepared data will not do.
 */
export async function runServer({
  account,
  binaries,
  folder,
  extension,
  port,
  copy,
  keep,
}: Run): Promise<RunningServer> {
  const { uid, gid } = account;
  // Between our finding a free port and PostgreSQL's taking it, another may take it.
  for (let attemptsLeft = port === undefined ? 5 : 0; ; attemptsLeft--) {
    const chosen = port ?? (await freePort());
    // Each time: a supervisor that fails takes a temporary folder away.
    const extensionPath = await writeExtensionFiles(folder.path, extension);
    const plan: Plan = {
      ...(uid === undefined || gid === undefined ? {} : { uid, gid }),
      env: environment(),
      data: folder.data,
      initdb:
        folder.initialised || copy ? null : { program: binaries.initdb, args: initdbArguments(folder, extension.name) },
      copy: copy ?? null,
      postgres: {
        program: binaries.postgres,
        args: settingArguments({ port: chosen, extensionPath, temporary: folder.temporary, small: keep === true }),
      },
      pgCtl: binaries.pgCtl,
      remove: folder.temporary && !keep ? folder.path : null,
    };
    try {
      return { ...(await startSupervised(plan)), port: chosen };
    } catch (error) {
      if (attemptsLeft === 0 || !isPortTaken(error)) throw sentence(error, chosen, folder);
    }
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        if (address === null || typeof address === 'string') reject(new TypeError('A TCP server has no port.'));
        else resolve(address.port);
      });
    });
  });
}

function isPortTaken(error: unknown): boolean {
  return (
    error instanceof ServerFailure &&
    /could not bind .*: (?:Address already in use|Permission denied)/.test(error.output)
  );
}

function sentence(error: unknown, port: number, { path }: DataFolder): unknown {
  if (!(error instanceof ServerFailure) || error.doing === 'copy') return error;
  const { doing, output } = error;
  const said = output.trim();
  if (/could not bind .*: Address already in use/.test(output)) {
    return new EmulatorError(
      `Port ${port} on 127.0.0.1 is taken. Give another one, or none to have a free one chosen.`,
      { cause: error },
    );
  }
  if (/could not bind .*: Permission denied/.test(output)) {
    return new EmulatorError(`Port ${port} is closed to ordinary users. Give one above 1023.`, { cause: error });
  }
  if (/lock file "postmaster\.pid" already exists/.test(output)) {
    return new EmulatorError(
      `${path} is in use by another emulator. Use that one, stop it, or choose another folder.`,
      { cause: error },
    );
  }
  const failed = doing === 'initdb' ? `PostgreSQL's data could not be made in ${path}` : 'PostgreSQL did not start';
  return new EmulatorError(`${failed}; it said:\n${said === '' ? '(nothing)' : said}`, { cause: error });
}
