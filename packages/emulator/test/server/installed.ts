import { chmod, chown, cp, mkdir, mkdtemp, readFile, realpath, rm } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

/** Whether the tests run as root, as whom PostgreSQL does not. */
export const asRoot = process.getuid?.() === 0;

/** An ordinary user on every system. */
export const nobody = 65_534;

/** A new folder that everybody can enter, which those of mkdtemp are not. */
export async function temporaryFolder(mode = 0o755): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pgstream-test-'));
  await chmod(folder, mode);
  return folder;
}

/** One that goes with the test. */
export async function folderOfTest(options: { mode?: number; owner?: number } = {}): Promise<string> {
  const folder = await temporaryFolder(options.mode);
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }));
  if (asRoot && options.owner !== undefined) await chown(folder, options.owner, options.owner);
  return folder;
}

interface Manifest {
  dependencies?: Record<string, string>;
  optionalDependencies?: Record<string, string>;
}

const emulatorFolder = fileURLToPath(new URL('../..', import.meta.url));

/**
 * The built package and its dependencies, as a package manager installs them that runs no install scripts.
 *
 * @returns the package's entry.
 */
export async function installedIn(folder: string, without: RegExp = /^$/): Promise<string> {
  const modules = join(folder, 'node_modules');
  const target = join(modules, '@pgstream/emulator');
  await mkdir(target, { recursive: true });
  for (const each of ['dist', 'package.json']) {
    await cp(join(emulatorFolder, each), join(target, each), { recursive: true });
  }
  await installDependencies(emulatorFolder, modules, without);
  return join(target, 'dist/index.mjs');
}

async function installDependencies(of: string, modules: string, without: RegExp): Promise<void> {
  const manifest = JSON.parse(await readFile(join(of, 'package.json'), 'utf8')) as Manifest;
  for (const name of Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })) {
    const source = findPackage(name, await realpath(of));
    const target = join(modules, name);
    if (source === undefined || without.test(name) || existsSync(target)) continue;
    await mkdir(dirname(target), { recursive: true });
    const real = await realpath(source);
    const isOfPackage = (path: string): boolean => !path.slice(real.length).includes('node_modules');
    await cp(real, target, { recursive: true, filter: isOfPackage });
    await installDependencies(source, modules, without);
  }
}

/** Other platforms' packages are not there. */
function findPackage(name: string, from: string): string | undefined {
  const found = join(from, 'node_modules', name);
  if (existsSync(found)) return found;
  return dirname(from) === from ? undefined : findPackage(name, dirname(from));
}
