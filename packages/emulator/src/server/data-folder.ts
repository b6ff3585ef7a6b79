import { chmod, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { EmulatorError, hasCode } from '../errors.ts';
import { type Account, canEnter, postgresMajor } from '../postgres/index.ts';

/** A folder of the emulator's: PostgreSQL's data in it, and the extension's files beside them. */
export interface DataFolder {
  readonly path: string;
  /** PostgreSQL's own data directory. */
  readonly data: string;
  /** Whether PostgreSQL's data are there already. */
  readonly initialised: boolean;
  /** Whether it goes when the server stops. */
  readonly temporary: boolean;
}

/** Says that a folder is ours: nothing else is ever written into. */
const marker = 'pgstream-emulator.json';

/**
 * A new folder among the system's temporary files.
 *
 * @throws EmulatorError when the account cannot enter any such folder.
 */
export async function temporaryFolder(account: Account): Promise<DataFolder> {
  // Ours may be closed to the account that root lends to PostgreSQL.
  for (const parent of new Set([tmpdir(), '/tmp'])) {
    if (!(await canEnter(account, parent))) continue;
    const path = await mkdtemp(join(await realpath(parent), 'pgstream-emulator-'));
    return emptyFolder(path, account);
  }
  throw new EmulatorError(
    `PostgreSQL runs as user ${account.name} here, who cannot enter ${tmpdir()}. ` +
      'Set TMPDIR to a folder that other users can enter, or give a dataDir.',
  );
}

/** A folder that is there and empty, for data that are made in haste. */
export async function emptyFolder(path: string, account: Account): Promise<DataFolder> {
  return { path, data: await dataIn(path, account), initialised: false, temporary: true };
}

/**
 * A folder that is kept: made if it is missing, taken into use if it is empty, used again if it is the emulator's.
 *
 * @throws EmulatorError when it holds something else or another version's data, or cannot be used.
 */
export async function keptFolder(given: string, account: Account): Promise<DataFolder> {
  const path = resolve(given);
  try {
    await mkdir(path, { recursive: true });
    await claim(path);
    const data = await dataIn(path, account);
    const version = await readVersion(data);
    if (version !== undefined && version !== postgresMajor) {
      throw new EmulatorError(
        `${path} holds data of PostgreSQL ${version}; this emulator runs PostgreSQL ${postgresMajor}, which cannot read them. ` +
          'Choose another folder, or delete this one.',
      );
    }
    if (!(await canEnter(account, path))) {
      throw new EmulatorError(
        `PostgreSQL refuses to run as root, so it runs as user ${account.name}, who cannot enter ${path}. ` +
          'Choose a folder outside of closed ones such as /root, or open those on the way to it (chmod o+x).',
      );
    }
    return { path, data, initialised: version !== undefined, temporary: false };
  } catch (cause) {
    if (cause instanceof EmulatorError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EmulatorError(`${path} cannot be used as the emulator's data folder: ${reason}`, { cause });
  }
}

async function claim(path: string): Promise<void> {
  if (path.includes(delimiter)) {
    throw new EmulatorError(`A data folder's path cannot contain "${delimiter}": ${path}. Choose another.`);
  }
  const entries = await readdir(path);
  if (entries.includes(marker)) return;
  if (entries.length > 0) {
    throw new EmulatorError(
      `${path} holds files that are not the emulator's. Choose an empty folder, or one that does not exist yet.`,
    );
  }
  await writeFile(join(path, marker), `${JSON.stringify({ owner: '@pgstream/emulator', layout: 1 })}\n`);
}

/** Everything below the folder is closed to others by PostgreSQL; the folder itself must let its account through. */
async function dataIn(path: string, account: Account): Promise<string> {
  if (account.uid !== undefined) await chmod(path, 0o755);
  return join(path, 'data');
}

async function readVersion(data: string): Promise<string | undefined> {
  try {
    return (await readFile(join(data, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Gives back a temporary folder that no server was started in. */
export async function discard({ path, temporary }: DataFolder): Promise<void> {
  if (temporary) await rm(path, { recursive: true, force: true });
}
