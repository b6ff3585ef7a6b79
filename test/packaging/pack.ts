import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { TestProject } from 'vitest/node';
import { pnpm } from './packed.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The packages' tarballs by the packages' names. */
    tarballs: Readonly<Record<string, string>>;
  }
}

/**
 * Once per run: packs the published packages as they would be published. PGSTREAM_TARBALLS names a folder that keeps them, for
 * a release of just what was tested.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const kept = process.env['PGSTREAM_TARBALLS'];
  const folder = kept === undefined ? await mkdtemp(join(tmpdir(), 'pgstream-tarballs-')) : resolve(kept);
  if (kept !== undefined) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
  }
  await pnpm(join(import.meta.dirname, '../..'), '--filter', './packages/*', 'pack', '--pack-destination', folder);
  const tarballs = (await readdir(folder)).map((file) => {
    const [, name] = /^pgstream-(.+)-\d+\.\d+\.\d+.*\.tgz$/.exec(file) ?? [];
    if (name === undefined) throw new Error(`No package of ours is packed as ${file}.`);
    return [`@pgstream/${name}`, join(folder, file)] as const;
  });
  project.provide('tarballs', Object.fromEntries(tarballs));
  return async () => {
    if (kept === undefined) await rm(folder, { recursive: true, force: true });
  };
}
