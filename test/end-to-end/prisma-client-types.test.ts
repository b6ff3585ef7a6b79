import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { prismaGenerate } from '../conformance/prisma/prisma-generate.ts';
import { refusals, refusedOf, schemaOf, usesOf } from './prisma-client-types.ts';

const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const PACKAGES = join(import.meta.dirname, '../../packages');
const VERSIONS = join(import.meta.dirname, '../conformance/prisma');

interface Kind {
  readonly version: string;
  readonly kind: string;
  readonly generator: string;
  /** Whether its types come from another copy of Prisma's than the one that ours look into. */
  readonly ownCopy: boolean;
}

const COMMON = {
  kind: 'prisma-client without an engine',
  generator: 'provider = "prisma-client"\n  engineType = "client"',
  ownCopy: false,
};
const WITH_LIBRARY = {
  kind: 'prisma-client with the library engine',
  generator: 'provider = "prisma-client"',
  ownCopy: true,
};
const WITH_OUTPUT = {
  kind: 'prisma-client-js with an output',
  generator: 'provider = "prisma-client-js"',
  ownCopy: true,
};
const KINDS: readonly Kind[] = [
  ...['v6.16', 'v6.19'].flatMap((version) => [COMMON, WITH_LIBRARY, WITH_OUTPUT].map((kind) => ({ version, ...kind }))),
  { version: 'v7.10', ...COMMON },
  { version: 'v7.10', ...WITH_OUTPUT },
];

describe.each(KINDS)('types of a client of Prisma $version by $kind', ({ version, generator, ownCopy }) => {
  let folder: string;
  let said: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(VERSIONS, version, 'generated', 'types-'));
    await installOurs(folder);
    const six = version.startsWith('v6');
    await writeFile(join(folder, 'schema.prisma'), schemaOf(generator, six ? 'url = "postgres://not.used"' : ''));
    await prismaGenerate(join(VERSIONS, version), join(folder, 'schema.prisma'));

    const script = generator.includes('client-js');
    const client = script ? './client/index.js' : './client/client.ts';
    const omit = '{ customer: { regionName: true }; order: { amount: true } }';
    const omitting = script ? `{ ${six ? '' : 'adapter: never; '}omit: ${omit} }` : `never, ${omit}`;
    await writeFile(join(folder, 'uses.ts'), usesOf(client, omitting, ownCopy));
    await writeFile(join(folder, 'refused.ts'), refusedOf(client));
    await writeFile(
      join(folder, 'tsconfig.json'),
      JSON.stringify({ compilerOptions, files: ['uses.ts', 'refused.ts'] }),
    );
    said = await promisify(execFile)(process.execPath, [TSC, '-p', 'tsconfig.json', '--noErrorTruncation'], {
      cwd: folder,
      maxBuffer: 2 ** 27,
    }).then(
      ({ stdout }) => stdout,
      ({ stdout }: { stdout: string }) => stdout,
    );
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('are what Prisma has, for every result, and never any', () => {
    expect(messages(said, 'uses.ts')).toEqual([]);
  });

  it('say why a write to a stream table does not compile, and what else is wrong', () => {
    expect(messages(said, 'refused.ts')).toEqual(refusals.map((words) => expect.stringContaining(words) as string));
  });

  it('can be written into declarations, without any', async () => {
    const declared = await readFile(join(folder, 'out/uses.d.ts'), 'utf8');
    expect(declared).toContain('GuardedWrite<');
    expect(declared).not.toMatch(/\bany\b/);
  });
});

const compilerOptions = {
  declaration: true,
  emitDeclarationOnly: true,
  outDir: 'out',
  rootDir: '.',
  strict: true,
  skipLibCheck: true,
  module: 'nodenext',
  target: 'es2022',
  types: ['node'],
  rewriteRelativeImportExtensions: true,
};

/** As a package manager does, and not by a link: what ours import is Prisma of the version that is beside them. */
async function installOurs(folder: string): Promise<void> {
  const ours = join(folder, 'node_modules/@pgstream');
  await mkdir(join(ours, 'prisma'), { recursive: true });
  for (const part of ['package.json', 'dist']) {
    await cp(join(PACKAGES, 'prisma', part), join(ours, 'prisma', part), { recursive: true });
  }
  await symlink(join(PACKAGES, 'core'), join(ours, 'core'), 'dir');
}

/** What the compiler says of a file, message by message. */
function messages(said: string, file: string): string[] {
  return said.split(/\n(?=\S)/).filter((message) => message.startsWith(`${file}(`));
}
