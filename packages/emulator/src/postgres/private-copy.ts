import { constants } from 'node:fs';
import { chmod, copyFile, lstat, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { EmulatorError } from '../errors.ts';
import { ownFolder, removeAbandoned, unfinishedPrefix } from './own-folder.ts';
import type { PlatformPackage } from './platform-package.ts';
import type { Account } from './run.ts';

/** A link that the package's install script would have made; both paths begin with `native/`. */
interface Link {
  readonly source: string;
  readonly target: string;
}

/** The links that belong among the binaries. npm packages cannot carry links, so the package lists them. */
async function listedLinks({ native }: PlatformPackage): Promise<Link[]> {
  const list = await readFile(join(native, 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: Link[] = JSON.parse(list);
  return links.map(({ source, target }) => ({
    source: relative('native', source),
    target: relative('native', target),
  }));
}

/** Whether the package's install script has run. Where package managers refuse it, the binaries lack libraries. */
export async function hasItsLinks(found: PlatformPackage): Promise<boolean> {
  const links = await listedLinks(found);
  const present = await Promise.all(links.map(({ target }) => exists(join(found.native, target))));
  return present.every(Boolean);
}

/**
 * A copy of the binaries that is complete and that the account can reach, for when the installed ones are not. It is made
 * once for each version and kept; node_modules is never written to.
 *
 * @returns the copy's folder with bin, lib and share.
 * @throws EmulatorError when there is no folder to keep it in.
 */
export async function privateCopy(found: PlatformPackage, account: Account): Promise<string> {
  const home = await folderForCopies(account);
  const copy = join(home, `${basename(found.name)}-${found.version}`);
  const files = await listFiles(found.native);
  if (await holds(copy, files)) return copy;

  await removeAbandoned(home);
  // Made aside and moved into place, so that others who start at the same time see all of it or nothing.
  const unfinished = await mkdtemp(join(home, unfinishedPrefix));
  try {
    const made = join(unfinished, 'native');
    await copyFiles(found.native, files, made);
    for (const { source, target } of await listedLinks(found)) {
      await symlink(relative(dirname(target), source), join(made, target));
    }
    // What lies there is incomplete, or just now made by another.
    if (!(await holds(copy, files))) {
      await rename(copy, join(unfinished, 'replaced')).catch(() => {});
      await rename(made, copy).catch(async (error: unknown) => {
        if (!(await holds(copy, files))) throw error;
      });
    }
    return copy;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

/** Whether a private copy has all the files of its package. */
export async function isWhole(copy: string, found: PlatformPackage): Promise<boolean> {
  return holds(copy, await listFiles(found.native));
}

/** The home of private copies. */
async function folderForCopies(account: Account): Promise<string> {
  const folder = await ownFolder('binaries', account);
  if ('path' in folder) return folder.path;
  throw new EmulatorError(
    `PostgreSQL's binaries need a private copy here, and there is no folder for it: ${folder.refusals.join('; ')}. ` +
      'Set XDG_CACHE_HOME to a folder that is yours and that other users can enter.',
  );
}

async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => relative(folder, join(entry.parentPath, entry.name)));
}

/** System services remove old files from folders for temporary files, one by one: a copy may have lost some. */
async function holds(copy: string, files: readonly string[]): Promise<boolean> {
  const present = new Set(await listFiles(copy).catch(() => []));
  return files.every((file) => present.has(file));
}

async function copyFiles(from: string, files: readonly string[], to: string): Promise<void> {
  const folders = new Set(files.map((file) => dirname(join(to, file))));
  for (const folder of folders) await mkdir(folder, { recursive: true });
  for (const folder of await readdir(to, { recursive: true, withFileTypes: true })) {
    await chmod(join(folder.parentPath, folder.name), 0o755);
  }
  await chmod(to, 0o755);
  for (const file of files) {
    await copyFile(join(from, file), join(to, file), constants.COPYFILE_FICLONE);
    await chmod(join(to, file), basename(dirname(file)) === 'bin' ? 0o755 : 0o644);
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
