import { execFile } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** What a release has to know of a package.json. */
export interface Manifest {
  name: string;
  version: string;
  private?: boolean;
  repository?: string | { url: string };
  dependencies?: Record<string, string>;
  peerDependencies?: Record<string, string>;
}

/** A package as it was packed and tested. */
export interface Tarball {
  /** Its path. */
  file: string;
  /** The package.json in it, which has real versions where the repository's says `workspace:`. */
  manifest: Manifest;
}

/** The tarballs of a folder, each before those that depend on it. */
export async function tarballsIn(folder: string): Promise<Tarball[]> {
  const files = (await readdir(folder)).filter((file) => file.endsWith('.tgz')).toSorted();
  if (files.length === 0) throw new Error(`No tarballs are in ${folder}.`);
  return inOrder(
    await Promise.all(
      files.map(async (name) => {
        const file = join(folder, name);
        const { stdout } = await execute('tar', ['-xzOf', file, 'package/package.json']);
        return { file, manifest: JSON.parse(stdout) as Manifest };
      }),
    ),
  );
}

/** Whatever is published has all that it depends on, wherever a release stops: dependencies come first. */
export function inOrder(tarballs: readonly Tarball[]): Tarball[] {
  const byName = new Map(tarballs.map((tarball) => [tarball.manifest.name, tarball]));
  const ordered = new Set<Tarball>();
  function add(tarball: Tarball, path: readonly string[]): void {
    const { name, dependencies, peerDependencies } = tarball.manifest;
    if (path.includes(name)) throw new Error(`Packages depend on each other: ${[...path, name].join(' → ')}.`);
    for (const dependency of Object.keys({ ...dependencies, ...peerDependencies })) {
      const needed = byName.get(dependency);
      if (needed) add(needed, [...path, name]);
    }
    ordered.add(tarball);
  }
  for (const tarball of tarballs) add(tarball, []);
  return [...ordered];
}
