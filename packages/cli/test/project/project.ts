import { cp, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

const PACKAGES = join(import.meta.dirname, '../../..');

/** Where what a project has installed is linked from: by names, the folders that depend on it. */
const INSTALLED = {
  'drizzle-kit 0.31': { 'drizzle-orm': 'drizzle', 'drizzle-kit': 'drizzle', minimatch: 'drizzle' },
  'drizzle-kit 1.0': { 'drizzle-orm': 'drizzle/test/v1', 'drizzle-kit': 'drizzle/test/v1', minimatch: 'drizzle' },
  'prisma 6': { prisma: '../test/conformance/prisma/v6.19' },
  'prisma 7': { prisma: 'prisma' },
  'prisma 8': { '@prisma/orm-postgres': 'prisma8', '@prisma/cli-engine': 'prisma8' },
  typeorm: { typeorm: 'typeorm', 'reflect-metadata': 'typeorm', typescript: '..', pg: 'typeorm' },
} as const;

type Kind = keyof typeof INSTALLED;

/** The folder of a project of somebody's: what is installed there, and its files. It is gone after the test. */
export async function project(kind: Kind, files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await realpath(await mkdtemp(join(tmpdir(), 'doctor-project-')));
  onTestFinished(() => rm(folder, { recursive: true }));
  const installed = INSTALLED[kind];
  for (const scope of ['@pgstream', '@prisma']) await mkdir(join(folder, 'node_modules', scope), { recursive: true });
  for (const [name, of] of Object.entries(installed)) {
    await symlink(await realpath(join(PACKAGES, of, 'node_modules', name)), join(folder, 'node_modules', name));
  }
  await symlink(await realpath(join(PACKAGES, 'core')), join(folder, 'node_modules/@pgstream/core'));
  // As it is installed: what it imports is what the project has.
  const own = kind === 'typeorm' ? 'typeorm' : kind.startsWith('prisma') ? 'prisma' : 'drizzle';
  for (const part of ['dist', 'package.json']) {
    await cp(join(PACKAGES, own, part), join(folder, 'node_modules/@pgstream', own, part), { recursive: true });
  }
  const dependencies = Object.fromEntries(Object.keys(installed).map((name) => [name, '*']));
  const all = { 'package.json': JSON.stringify({ name: 'project', dependencies }), ...files };
  for (const [name, content] of Object.entries(all)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), content);
  }
  return folder;
}
