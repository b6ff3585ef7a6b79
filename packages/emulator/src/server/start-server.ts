import { createServer } from 'node:net';
import { EmulatorError } from '../errors.ts';
import { accountForPostgres, environment, findBinaries } from '../postgres/index.ts';
import { ServerFailure, startSupervised, type SupervisedServer } from '../supervised.ts';
import { type DataFolder, discard, keptFolder, temporaryFolder } from './data-folder.ts';
import { writeExtensionFiles } from './extension-files.ts';
import type { Plan } from './plan.ts';
import { extensionSettingArguments, settingArguments } from './settings.ts';

/** A PostgreSQL server of ours that accepts connections. */
export interface Server extends SupervisedServer {
  readonly port: number;
}

interface ServerOptions {
  readonly port?: number | undefined;
  readonly dataDir?: string | undefined;
}

/**
 * Starts PostgreSQL on 127.0.0.1, able to create the extension.
 *
 * @throws EmulatorError that says what is in the way.
 */
export async function startServer({ port, dataDir }: ServerOptions): Promise<Server> {
  const account = await accountForPostgres();
  const binaries = await findBinaries(account);
  const folder = dataDir === undefined ? await temporaryFolder(account) : await keptFolder(dataDir, account);
  try {
    const extensionPath = await writeExtensionFiles(folder.path);
    // Between our finding a free port and PostgreSQL's taking it, another may take it.
    for (let attemptsLeft = port === undefined ? 5 : 0; ; attemptsLeft--) {
      const chosen = port ?? (await freePort());
      const { uid, gid } = account;
      const plan: Plan = {
        ...(uid === undefined || gid === undefined ? {} : { uid, gid }),
        env: environment(),
        data: folder.data,
        initdb: folder.initialised ? null : { program: binaries.initdb, args: initdbArguments(folder) },
        postgres: {
          program: binaries.postgres,
          args: settingArguments({ port: chosen, extensionPath, temporary: folder.temporary }),
        },
        pgCtl: binaries.pgCtl,
        remove: folder.temporary ? folder.path : null,
      };
      try {
        const supervised = await startSupervised(plan);
        return { ...supervised, port: chosen };
      } catch (error) {
        if (attemptsLeft === 0 || !isPortTaken(error)) throw sentence(error, chosen, folder);
      }
    }
  } catch (error) {
    await discard(folder);
    throw error;
  }
}

/** The same everywhere, whatever the machine's locale: UTF-8, sorted by code point. */
function initdbArguments({ temporary }: DataFolder): string[] {
  const who = ['--username=postgres', '--auth=trust'];
  const text = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
  const haste = temporary ? ['--no-sync'] : [];
  return [...who, ...text, ...extensionSettingArguments(), ...haste, '--no-instructions'];
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
  if (!(error instanceof ServerFailure)) return error;
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
