import { copyFile, mkdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';

import { deadLinks } from '../documents/markdown.ts';
import { installStrictly, packedPackages, type PackedPackages, run } from './packed.ts';

const PACKAGES = ['cli', 'core', 'drizzle', 'emulator', 'metrics', 'prisma', 'typeorm'] as const;

/** What READMEs and docstrings name. */
const PAGES: Partial<Record<string, readonly string[]>> = {
  core: [
    'dist/docs/what-pg-stream-does.md',
    'dist/docs/contract.md',
    'dist/docs/row-security.md',
    'dist/docs/scaling.md',
  ],
  cli: ['output.schema.json', 'dist/cli.mjs'],
  emulator: ['DIFFERENCES.md'],
  metrics: ['dist/cli.mjs', 'dist/otel.cjs', 'docs/overview.svg', 'integrations/docker-compose.yml'],
};

// Package managers and compilers, one after the other: minutes, where the machine has much else to do.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

let packed: PackedPackages;

beforeAll(async () => {
  packed = await packedPackages(...PACKAGES);
});
afterAll(() => packed[Symbol.asyncDispose]());

/** What the consumer applications print, whatever their module format and package manager. */
const works = {
  'app.js': {
    status: 'refreshed',
    rows: [
      { customerId: 1, orders: 2 },
      { customerId: 2, orders: 2 },
    ],
    stale: false,
    writes: ['truncate order_totals'],
    refusedText: 'READ_ONLY',
    refused: 'READ_ONLY',
    missing: 'NOT_FOUND',
  },
  'typeorm.js': {
    status: 'refreshed',
    rows: [
      { customerId: 1, orders: '2' },
      { customerId: 2, orders: '2' },
    ],
    customers: 2,
    stale: false,
    refused: 'READ_ONLY',
    token: true,
  },
};

const compilers = {
  'typescript-5.9': 'npm:typescript@5.9.3',
  'typescript-6.0': 'npm:typescript@6.0.3',
  'typescript-7.0': 'npm:typescript@7.0.2',
};

const prisma = { prisma: '7.10.0', '@prisma/client': '7.10.0', '@prisma/adapter-pg': '7.10.0' };

interface Consumer {
  name: string;
  type: 'module' | 'commonjs';
  install: (folder: string) => Promise<unknown>;
  extra?: Record<string, string>;
}

/** Over Drizzle and core, and over TypeORM. */
const APPLICATIONS = ['app.ts', 'typeorm.ts'];
/** The application over Prisma has to be generated first. */
const OF_PRISMA = ['prisma.ts', 'prisma.config.ts', 'schema.prisma'];

/** A folder as an application's: the packed packages installed in it, and the applications. */
async function consumer({ name, type, install, extra }: Consumer): Promise<string> {
  const folder = join(packed.folder, name);
  await mkdir(folder);
  const manifest = {
    name,
    private: true,
    type,
    dependencies: {
      ...packed.specifiers,
      '@nestjs/common': '11.2.10',
      '@nestjs/core': '11.2.10',
      '@nestjs/typeorm': '11.0.3',
      'drizzle-orm': '0.45.4',
      pg: '8.23.1',
      'reflect-metadata': '0.2.2',
      rxjs: '7.8.2',
      typeorm: '1.1.1',
      '@types/pg': '8.23.1',
      '@types/node': '20.19.43',
      ...extra,
    },
    // Until they are published, the packages' own dependencies on each other are the tarballs, too.
    overrides: packed.specifiers,
  };
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  for (const file of [...APPLICATIONS, ...OF_PRISMA, 'core.ts'])
    await copyFile(join(import.meta.dirname, 'consumers', file), join(folder, file));
  await install(folder);
  return folder;
}

const byNpm: Partial<Record<Consumer['type'], Promise<string>>> = {};

/** An application of that type with what npm has installed, for all tests; installed once, for both types depend on the same. */
function consumerByNpm(type: Consumer['type']): Promise<string> {
  const [other] = Object.values(byNpm);
  const install = async (folder: string): Promise<unknown> =>
    other === undefined
      ? await run(folder, 'npm', 'install', '--no-audit', '--no-fund', '--ignore-scripts')
      : await symlink(join(await other, 'node_modules'), join(folder, 'node_modules'));
  return (byNpm[type] ??= consumer({ name: `npm-${type}`, type, install, extra: { ...compilers, ...prisma } }));
}

function compile(files: readonly string[], folder: string, compiler: string, ...options: string[]): Promise<string> {
  return run(
    folder,
    process.execPath,
    `node_modules/${compiler}/bin/tsc`,
    ...files,
    '--strict',
    '--experimentalDecorators',
    '--target',
    'es2022',
    '--skipLibCheck',
    '--types',
    'node',
    ...options,
  );
}

async function runApplications(folder: string, files = Object.keys(works)): Promise<unknown> {
  const printed: Record<string, unknown> = {};
  for (const file of files) printed[file] = JSON.parse(await run(folder, process.execPath, file));
  return printed;
}

/** For TypeScript that is compiled to CommonJS, Prisma's client has to be told so. */
async function generateAs(type: Consumer['type'], folder: string): Promise<void> {
  const schema = join(folder, 'schema.prisma');
  if (type === 'commonjs') {
    const text = await readFile(schema, 'utf8');
    await writeFile(schema, text.replace('generator client {', 'generator client {\n  moduleFormat = "cjs"'));
  }
  await generate(folder);
}

/** As `npx prisma generate`, which would fetch an engine that it does not use if it were not told of one. */
async function generate(folder: string): Promise<string> {
  vi.stubEnv('PRISMA_SCHEMA_ENGINE_BINARY', process.execPath);
  try {
    return await run(folder, 'npx', '--no-install', 'prisma', 'generate');
  } finally {
    vi.unstubAllEnvs();
  }
}

/** What Prisma's configuration says once it is compiled. */
async function externalTables(folder: string): Promise<unknown> {
  const print = `import('./prisma.config.js').then(({ default: config }) => console.log(JSON.stringify((config.default ?? config).tables.external)))`;
  return JSON.parse(await run(folder, process.execPath, '--eval', print));
}

const worksOverPrisma = {
  'prisma.js': {
    status: 'refreshed',
    rows: [
      { customerId: 1, orders: 2 },
      { customerId: 2, orders: 2 },
    ],
    stale: false,
    refused: 'READ_ONLY',
  },
};

describe('installed from the packed tarballs', () => {
  test.for(['module', 'commonjs'] as const)(
    'by npm, an application of type %s compiles with TypeScript 5.9, 6.0 and 7.0 and works',
    async (type) => {
      const folder = await consumerByNpm(type);
      for (const compiler of ['typescript-5.9', 'typescript-7.0']) {
        await compile(APPLICATIONS, folder, compiler, '--noEmit', '--module', 'nodenext');
      }
      await compile(APPLICATIONS, folder, 'typescript-6.0', '--noEmit', '--module', 'node16');
      if (type === 'commonjs') {
        // What older projects have, and know nothing of exports.
        await compile(
          APPLICATIONS,
          folder,
          'typescript-5.9',
          '--noEmit',
          '--module',
          'commonjs',
          '--moduleResolution',
          'node10',
          '--esModuleInterop',
        );
      }
      if (type === 'module') {
        await compile(
          APPLICATIONS,
          folder,
          'typescript-6.0',
          '--noEmit',
          '--module',
          'esnext',
          '--moduleResolution',
          'bundler',
        );
      }
      await compile(APPLICATIONS, folder, 'typescript-6.0', '--module', 'nodenext');
      expect(await runApplications(folder)).toEqual(works);

      await generateAs(type, folder);
      // As `nest build` compiles all that is there, the configuration of Prisma too.
      await compile(
        ['prisma.ts', 'prisma.config.ts'],
        folder,
        'typescript-6.0',
        '--module',
        'nodenext',
        '--declaration',
      );
      expect(await externalTables(folder)).toEqual(['public.order_totals']);
      expect(await runApplications(folder, ['prisma.js'])).toEqual(worksOverPrisma);
    },
  );

  test.for(['typescript-5.9', 'typescript-6.0', 'typescript-7.0'])(
    'core is for a project without the types of Node, whose declarations %s checks',
    async (compiler) => {
      const folder = await consumerByNpm('module');
      const compilerOptions = {
        strict: true,
        noEmit: true,
        module: 'nodenext',
        target: 'es2022',
        lib: ['es2022', 'dom'],
        types: [],
      };
      await writeFile(join(folder, 'tsconfig.core.json'), JSON.stringify({ compilerOptions, files: ['core.ts'] }));
      const complaints = await run(
        folder,
        process.execPath,
        `node_modules/${compiler}/bin/tsc`,
        '-p',
        'tsconfig.core.json',
      );
      expect(complaints).toBe('');
    },
  );

  test('by pnpm, which refuses install scripts, it works', async () => {
    const folder = await consumer({
      name: 'pnpm',
      type: 'module',
      extra: { 'typescript-6.0': compilers['typescript-6.0'] },
      install: (directory) => installStrictly(directory, packed),
    });
    await compile(APPLICATIONS, folder, 'typescript-6.0', '--module', 'nodenext');
    expect(await runApplications(folder)).toEqual(works);
  });

  test('the command says what it is', async () => {
    const folder = await consumerByNpm('module');
    expect(await run(folder, 'npx', '--no-install', 'pgstream-emulator', '--help')).toMatch(
      /^Usage: pgstream-emulator/,
    );
  });

  test('an error of one module format is recognised by the other', async () => {
    const folder = await consumerByNpm('module');
    await writeFile(
      join(folder, 'formats.mjs'),
      `import { createRequire } from 'node:module';
       import * as esm from '@pgstream/core';
       const cjs = createRequire(import.meta.url)('@pgstream/core');
       const error = new cjs.StreamTableNotFoundError({ schema: 'public', name: 'nope' });
       console.log(JSON.stringify([cjs.isPgStreamError !== esm.isPgStreamError, error instanceof esm.PgStreamError, esm.isPgStreamError(error)]));`,
    );
    expect(JSON.parse(await run(folder, process.execPath, 'formats.mjs'))).toEqual([true, expect.any(Boolean), true]);
  });

  test('a stream entity of TypeORM is one to both module formats, of which each has made a part', async () => {
    const folder = await consumerByNpm('module');
    await writeFile(
      join(folder, 'entity.mjs'),
      `import 'reflect-metadata';
       import { createRequire } from 'node:module';
       import { Column, DataSource } from 'typeorm';
       import { startEmulator } from '@pgstream/emulator';
       import * as esm from '@pgstream/typeorm';
       const cjs = createRequire(import.meta.url)('@pgstream/typeorm');
       class Totals extends esm.StreamTableEntity {}
       Column('int')(Totals.prototype, 'id');
       cjs.StreamTable({ name: 'totals' })(Totals);
       const server = await startEmulator({ scheduler: false });
       const dataSource = new DataSource({ type: 'postgres', url: await server.createDatabase(), entities: [Totals] });
       await dataSource.initialize();
       await dataSource.query("CREATE TABLE t (id int PRIMARY KEY); SELECT pgstream.create_stream_table('public.totals', 'SELECT id FROM public.t')");
       esm.protectStreamTables(dataSource);
       const refused = await esm.streamRepository(dataSource, Totals).clear().catch((error) => error);
       console.log(JSON.stringify([cjs.StreamTable !== esm.StreamTable, await Totals.count(), await Totals.isStale(), esm.isPgStreamError(refused), dataSource.subscribers.length]));
       await dataSource.destroy();
       await server.stop();`,
    );
    expect(JSON.parse(await run(folder, process.execPath, 'entity.mjs'))).toEqual([true, 0, false, true, 1]);
  });

  test.for(PACKAGES)('%s carries a README, the licence, and nothing but what it is for', async (name) => {
    const folder = join(packed.folder, `inside-${name}`);
    await mkdir(folder);
    const tarball = packed.specifiers[`@pgstream/${name}`]?.replace('file:', '') ?? '';
    const files = (await run(folder, 'tar', '-tzf', tarball))
      .trim()
      .split('\n')
      .map((file) => file.replace('package/', ''));
    expect(files).toEqual(
      expect.arrayContaining([
        'README.md',
        'LICENSE',
        'package.json',
        'dist/index.mjs',
        'dist/index.cjs',
        'dist/index.d.mts',
        'dist/index.d.cts',
        ...(PAGES[name] ?? []),
      ]),
    );
    expect(
      files.filter(
        (file) =>
          !/^(dist\/.+|bin\/.+|integrations\/.+|docs\/.+\.svg|README\.md|LICENSE|DIFFERENCES\.md|CHANGELOG\.md|package\.json|output\.schema\.json)$/.test(
            file,
          ),
      ),
    ).toEqual([]);
    await run(folder, 'tar', '-xzf', tarball);
    // On npm there is nothing else that a relative link could lead to.
    for (const file of files.filter((candidate) => candidate.endsWith('.md'))) {
      expect({ file, dead: await deadLinks(join(folder, 'package'), file) }).toEqual({ file, dead: [] });
    }
    const manifest = JSON.parse(await readFile(join(folder, 'package/package.json'), 'utf8')) as {
      dependencies?: Record<string, string>;
    };
    expect(Object.values(manifest.dependencies ?? {}).filter((range) => range.includes('workspace'))).toEqual([]);
  });
});
