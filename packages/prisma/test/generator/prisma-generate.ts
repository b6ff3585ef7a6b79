import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { onTestFinished } from 'vitest';

const PRISMA = createRequire(import.meta.url).resolve('prisma/build/index.js');
const PROGRAM = join(import.meta.dirname, '../../bin/pgstream-prisma.cjs');

/** What is asked of `prisma generate`. */
export interface Asked {
  /** The models. */
  readonly models: string;
  /** Settings of the generator of stream tables, of the client's, and of the datasource. */
  readonly ours?: string;
  readonly client?: string;
  readonly datasource?: string;
  /** The `type` of the package that it is in. */
  readonly type?: 'module' | 'commonjs';
}

/** What came of it: files by their names, what it says, and what it says that is wrong. */
export interface Generated {
  readonly folder: string;
  readonly files: Readonly<Record<string, string>>;
  readonly said: string;
  readonly error: string;
}

/** Runs the real command on a schema, in a folder that the test has for itself; once more in a `folder` that is given. */
export async function prismaGenerate(asked: Asked, folder?: string): Promise<Generated> {
  const place = folder ?? (await placeOfTest());
  await writeFile(join(place, 'package.json'), JSON.stringify({ type: asked.type ?? 'module' }));
  await writeFile(join(place, 'schema.prisma'), schemaOf(asked));
  const { stdout, stderr } = await promisify(execFile)(
    process.execPath,
    // Ours alone: the client is not looked at here.
    [PRISMA, 'generate', '--schema', 'schema.prisma', '--generator', 'pgstream'],
    {
      cwd: place,
      // Prisma would fetch an engine that it does not use for this: any program will do.
      env: { ...process.env, PRISMA_SCHEMA_ENGINE_BINARY: process.execPath, CHECKPOINT_DISABLE: '1', NO_COLOR: '1' },
    },
  ).then(
    // Beside warnings, of what is deprecated.
    ({ stdout: said }) => ({ stdout: said, stderr: '' }),
    (failed: { stdout: string; stderr: string }) => failed,
  );
  return { folder: place, files: await filesIn(join(place, 'out')), said: stdout, error: stderr };
}

async function placeOfTest(): Promise<string> {
  const parent = join(import.meta.dirname, 'generated');
  await mkdir(parent, { recursive: true });
  const place = await mkdtemp(join(parent, 'run-'));
  // It is a package of its own, in which ours is installed.
  await mkdir(join(place, 'node_modules/@pgstream'), { recursive: true });
  await symlink(join(import.meta.dirname, '../..'), join(place, 'node_modules/@pgstream/prisma'), 'dir');
  onTestFinished(() => rm(place, { recursive: true }));
  return place;
}

function schemaOf({ models, ours = '', client = 'provider = "prisma-client"', datasource = '' }: Asked): string {
  return `
generator client {
  ${client}
  output = "./client"
  previewFeatures = ["views"]
}
generator pgstream {
  provider = "node ${PROGRAM}"
  output = "./out"
  ${ours}
}
datasource db {
  ${datasource.includes('provider') ? '' : 'provider = "postgresql"'}
  ${datasource}
}
${models}
`;
}

async function filesIn(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder).catch(() => []);
  const texts = await Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
  );
  return Object.fromEntries(texts);
}
