import { createHash, randomBytes } from 'node:crypto';
import { chown, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { makeSpares, prepareDatabases, preparedFrom, databaseUrl, withConnection } from '../databases/index.ts';
import {
  type Account,
  areComplete,
  type Binaries,
  findBinaries,
  findPlatformPackage,
  ownFolder,
  removeAbandoned,
  run,
  unfinishedPrefix,
} from '../postgres/index.ts';
import { stayingAlive } from '../staying-alive.ts';
import type { Extension } from '../sql/index.ts';
import { emptyFolder } from './data-folder.ts';
import type { Copy } from './plan.ts';
import { runServer } from './run-server.ts';
import { initdbArguments } from './settings.ts';

/** PostgreSQL's data with their databases, made once and copied for each temporary server: making them is what takes time. */
export interface PreparedData {
  /** What they were made with. */
  readonly binaries: Binaries;
  readonly copy: Copy;
  /** Removes them. */
  discard(): Promise<void>;
}

/** What is written beside them, last. */
interface Manifest {
  readonly binaries: Binaries;
  readonly files: number;
}

const manifestName = 'prepared.json';
const prefix = 'data-';
const uselessAfterMs = 30 * 24 * 3_600_000;

/** The whole file system at once where the system can, which takes a tenth of the time of one file after the other. */
const syncMethod = process.platform === 'linux' ? ['--sync-method=syncfs'] : [];

/** Databases that are ready in them: one for who wants one at once. */
const spares = 1;

/**
 * The data that temporary servers are copied from, made if they are missing. Undefined where they are not wanted or
 * cannot be kept: never throws, for whoever has no such data makes some, and meets the reason.
 */
export async function preparedData(
  account: Account,
  extension: Extension,
  cacheDir: string | false = process.env['PGSTREAM_EMULATOR_CACHE'] ?? '',
): Promise<PreparedData | undefined> {
  if (cacheDir === false || cacheDir === 'off') return undefined;
  try {
    const home = await ownFolder('prepared', account, cacheDir === '' ? undefined : [cacheDir]);
    if (!('path' in home)) return undefined;
    const path = join(home.path, prefix + (await fingerprint(extension)));
    return (await read(path)) ?? (await make(home.path, path, account, extension));
  } catch {
    return undefined;
  }
}

/** Another one for whatever makes other data. */
async function fingerprint(extension: Extension): Promise<string> {
  const { name, version } = await findPlatformPackage();
  const layout = 1;
  const made = [
    layout,
    name,
    version,
    preparedFrom(extension),
    initdbArguments({ temporary: true }, extension.name),
    spares,
  ];
  return createHash('sha256').update(JSON.stringify(made)).digest('hex').slice(0, 16);
}

async function read(path: string): Promise<PreparedData | undefined> {
  const manifest = await readManifest(path);
  if (!manifest || !(await areComplete(manifest.binaries))) return undefined;
  const { binaries, files } = manifest;
  return {
    binaries,
    copy: { from: join(path, 'data'), files, ready: join(path, 'ready') },
    discard: () => setAside(path),
  };
}

/** Another process may be copying to or from them: they are out of the way first, and removed then. */
async function setAside(path: string): Promise<void> {
  const away = join(dirname(path), `${unfinishedPrefix}${randomBytes(4).toString('hex')}`);
  await rename(path, away).catch(() => {});
  await remove(away);
}

/** Undefined also when it is there by half: a machine that lost its power may have kept the name and not the text. */
async function readManifest(path: string): Promise<Manifest | undefined> {
  try {
    const manifest: Manifest = JSON.parse(await readFile(join(path, manifestName), 'utf8'));
    return manifest;
  } catch {
    return undefined;
  }
}

async function remove(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 5 }).catch(() => {});
}

/** Made aside and moved into place, so that others who start at the same time see all of it or nothing. */
async function make(
  home: string,
  path: string,
  account: Account,
  extension: Extension,
): Promise<PreparedData | undefined> {
  await removeAbandoned(home, (name, ageMs) => name.startsWith(prefix) && ageMs > uselessAfterMs);
  const binaries = await findBinaries(account);
  const unfinished = await mkdtemp(join(home, unfinishedPrefix));
  try {
    const folder = await emptyFolder(unfinished, account);
    const server = await runServer({ account, binaries, folder, extension, keep: true });
    try {
      await prepareDatabases(server.port, extension);
      await withConnection(databaseUrl(server.port, 'postgres'), (admin) => makeSpares(admin, spares));
    } finally {
      await stayingAlive(server.stop);
    }
    // They are to outlive a power failure; a temporary server itself does not wait for the disk.
    const { succeeded } = await run(binaries.initdb, ['--sync-only', ...syncMethod, '--pgdata', folder.data], account);
    if (!succeeded) return undefined;
    const entries = await readdir(folder.data, { recursive: true, withFileTypes: true });
    // Nobody else is to change them, the account that PostgreSQL runs as included.
    if (account.uid !== undefined) {
      await chown(folder.data, process.getuid?.() ?? 0, process.getgid?.() ?? 0);
    }
    const files = entries.filter((entry) => !entry.isDirectory()).length;
    await writeFile(join(unfinished, manifestName), JSON.stringify({ binaries, files } satisfies Manifest));
    await rename(unfinished, path).catch(async () => {
      // Another process was faster: its data then are the ones, unless they are not whole.
      if (await read(path)) return;
      await setAside(path);
      await rename(unfinished, path).catch(() => {});
    });
    return await read(path);
  } finally {
    await remove(unfinished);
  }
}
