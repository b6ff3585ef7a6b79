import { chmod, lstat, mkdir, readdir, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { canEnter } from './account.ts';
import type { Account } from './run.ts';

/** What is being made in a folder of ours, and moved to its place when it is whole. */
export const unfinishedPrefix = 'unfinished-';

/** A folder of ours, or why there is none. */
export type OwnFolder = { readonly path: string } | { readonly refusals: readonly string[] };

/**
 * A folder of our user's for what is kept between runs, below the first of the parents that will do: by default the
 * user's cache folder or, where the account cannot enter that, the system's folder for temporary files.
 */
export async function ownFolder(
  purpose: string,
  account: Account,
  parents: readonly string[] = [cacheFolder(), tmpdir(), '/tmp'],
): Promise<OwnFolder> {
  const refusals: string[] = [];
  for (const parent of parents) {
    const path = join(parent, `pgstream-emulator-${purpose}-${process.getuid?.() ?? 'user'}`);
    const refusal = await refusalOf(parent, path, account);
    if (refusal === undefined) return { path };
    refusals.push(refusal);
  }
  return { refusals };
}

function cacheFolder(): string {
  if (process.env['XDG_CACHE_HOME']) return process.env['XDG_CACHE_HOME'];
  return process.platform === 'darwin' ? join(homedir(), 'Library', 'Caches') : join(homedir(), '.cache');
}

/** Why programs and data must not be kept in a folder, and used from it; undefined if they may. */
async function refusalOf(parent: string, folder: string, account: Account): Promise<string | undefined> {
  if (account.uid !== undefined && !(await canEnter(account, parent))) {
    return `user ${account.name} cannot enter ${parent}`;
  }
  try {
    await mkdir(folder, { recursive: true, mode: 0o755 });
    const stats = await lstat(folder);
    // In a shared folder somebody else may have come first, to have us run programs of theirs.
    if (!stats.isDirectory()) return `${folder} is not a folder`;
    if (process.getuid && stats.uid !== process.getuid()) return `${folder} belongs to another user`;
    if (process.getuid && (stats.mode & 0o022) !== 0) return `others may write to ${folder}`;
    if (account.uid !== undefined) await chmod(folder, 0o755);
    return undefined;
  } catch (error) {
    return `${folder}: ${error instanceof Error ? error.message : String(error)}`;
  }
}

/** Removes what was left by processes that were killed while they made something, and what `isOld` says is of no use. */
export async function removeAbandoned(
  home: string,
  isOld: (name: string, ageMs: number) => boolean = () => false,
): Promise<void> {
  const abandonedAfterMs = 600_000;
  for (const name of await readdir(home)) {
    const folder = join(home, name);
    const { mtimeMs } = await lstat(folder).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    const ageMs = Date.now() - mtimeMs;
    if ((name.startsWith(unfinishedPrefix) && ageMs > abandonedAfterMs) || isOld(name, ageMs)) {
      await rm(folder, { recursive: true, force: true });
    }
  }
}
