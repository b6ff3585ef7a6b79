import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { asModule, blocksOf, compilerErrors, testDatabase } from '@pgstream/harness';
import { afterAll, beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';

// A compiler runs in it, and a command of Prisma's.
vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });

const require = createRequire(import.meta.url);
const run = promisify(execFile);
const PACKAGE = join(import.meta.dirname, '../..');

/** What the README leaves out of its examples, by where it comes from. */
const IMPORTS = {
  '@pgstream/core': ['readOnlyRoleSql'],
  '@pgstream/prisma': ['pgStream', 'StreamTableReadOnlyError'],
  '@prisma/adapter-pg': ['PrismaPg'],
  './db': ['prisma'],
  './generated/client/client': ['PrismaClient'],
};

const database = testDatabase();
// Without "Try it", which stands for itself: test/packaging runs that in an empty folder.
const blocks = blocksOf(new URL('../../README.md', import.meta.url)).filter(({ section }) => section !== 'Try it');
const files = blocks.filter(({ file }) => file !== undefined);
const examples = blocks
  .filter(({ language, file }) => language === 'ts' && file === undefined)
  .map(({ code }, index) => ({
    name: `example-${index + 1}.ts`,
    // What an example opens beside the client of the README is closed after it, and by nobody else.
    code: `${asModule(code, IMPORTS)}${code.includes('const client =') ? 'export { client };' : ''}`,
    text: code,
  }));

let folder: string;
const load = (name: string): Promise<Record<string, unknown>> => import(join(folder, name));
const externalBefore: string[][] = [];

/** What prisma.config.ts says at this moment, to a process that has not loaded it before. */
async function externalTables(): Promise<string[]> {
  const print = `import('./prisma.config.ts').then(({ default: config }) => console.log(JSON.stringify(config.tables.external)))`;
  const tsx = pathToFileURL(require.resolve('tsx')).href;
  const { stdout } = await run(process.execPath, ['--import', tsx, '--eval', print], { cwd: folder });
  return (JSON.parse(stdout) as string[]).toSorted();
}

beforeAll(async () => {
  const client = await database.connect();
  await client.query(`
    CREATE SCHEMA analytics;
    CREATE TABLE public.customers (id integer PRIMARY KEY, region text NOT NULL);
    CREATE TABLE public.orders (id integer PRIMARY KEY, customer_id integer NOT NULL, amount numeric(12,2) NOT NULL);
    INSERT INTO public.customers VALUES (1, 'north'), (2, 'south');
    INSERT INTO public.orders VALUES (1, 1, 100), (2, 1, 5.5), (3, 2, 7.25);
    SELECT pgstream.create_stream_table(name => 'analytics.region_totals', schedule => '1h', refresh_mode => 'FULL',
      query => 'SELECT c.region, sum(o.amount) AS total FROM public.orders o JOIN public.customers c ON c.id = o.customer_id GROUP BY c.region')`);
  for (const { code } of blocks.filter(({ language }) => language === 'sql')) await client.query(code);
  vi.stubEnv('DATABASE_URL', database.url);

  const parent = join(import.meta.dirname, 'generated');
  await mkdir(parent, { recursive: true });
  folder = await mkdtemp(join(parent, 'run-'));
  for (const { file = '', code } of files) await writeFile(join(folder, file), code);
  for (const { name, code } of examples) await writeFile(join(folder, name), code);
  externalBefore.push(await externalTables());
  await run(process.execPath, [require.resolve('prisma/build/index.js'), 'generate'], {
    cwd: folder,
    env: {
      ...process.env,
      // As a project has it that has installed the package.
      PATH: [await commands(), process.env['PATH']].join(':'),
      PRISMA_SCHEMA_ENGINE_BINARY: process.execPath,
      CHECKPOINT_DISABLE: '1',
    },
  });
});

/** A folder of commands with ours. */
async function commands(): Promise<string> {
  const bin = join(folder, 'node_modules/.bin');
  await mkdir(bin, { recursive: true });
  const program = join(PACKAGE, 'bin/pgstream-prisma.cjs');
  await writeFile(join(bin, 'pgstream-prisma'), `#!/bin/sh\nexec "${process.execPath}" "${program}"\n`, {
    mode: 0o755,
  });
  return bin;
}

afterAll(async () => {
  const { prisma } = (await load('db.ts')) as { prisma: { $disconnect(): Promise<void> } };
  await prisma.$disconnect();
  await rm(folder, { recursive: true });
});

describe('the README', () => {
  it('has blocks of languages that are tested here, and no other', () => {
    expect(new Set(blocks.map(({ language }) => language))).toEqual(new Set(['sh', 'prisma', 'ts', 'sql']));
    expect(files.map(({ file }) => file)).toEqual([
      'schema.prisma',
      'db.ts',
      'pgstream.definitions.ts',
      'prisma.config.ts',
    ]);
    expect(examples.length).toBeGreaterThan(5);
  });

  it('installs the package, core, and its peers', async () => {
    const { name, peerDependencies } = JSON.parse(await readFile(join(PACKAGE, 'package.json'), 'utf8')) as {
      name: string;
      peerDependencies: object;
    };
    const install = blocks.find(({ language }) => language === 'sh');
    expect(install?.code).toBe(`npm install ${[name, '@pgstream/core', ...Object.keys(peerDependencies)].join(' ')}\n`);
  });

  it('compiles', async () => {
    const errors = await compilerErrors(folder, PACKAGE, {
      '@pgstream/prisma': 'src/index.ts',
      '@pgstream/prisma/config': 'src/config.ts',
    });
    expect(errors).toBe('');
  });

  it.each(['module', 'commonjs'])('configures Prisma in a package of type %s', async (type) => {
    const place = await mkdtemp(join(folder, 'package-'));
    onTestFinished(() => rm(place, { recursive: true }));
    await writeFile(join(place, 'package.json'), JSON.stringify({ type }));
    await mkdir(join(place, 'node_modules/@pgstream'), { recursive: true });
    await symlink(PACKAGE, join(place, 'node_modules/@pgstream/prisma'), 'dir');
    const config = files.find(({ file }) => file === 'prisma.config.ts');
    await writeFile(join(place, 'prisma.config.ts'), config?.code ?? '');
    const options = {
      module: 'nodenext',
      strict: true,
      skipLibCheck: true,
      types: ['node'],
      target: 'es2022',
      rootDir: '.',
    };
    await writeFile(join(place, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts'] }));
    const tsc = require.resolve('typescript/bin/tsc');
    const errors = await run(process.execPath, [tsc, '-p', place]).then(
      () => '',
      ({ stdout }: { stdout: string }) => stdout,
    );
    expect(errors).toBe('');
    // The schema is where Prisma is run.
    const print = `import(${JSON.stringify(join(place, 'prisma.config.js'))}).then(({ default: config }) => console.log((config.default ?? config).tables.external.length))`;
    const { stdout } = await run(process.execPath, ['--eval', print], { cwd: folder });
    expect(stdout).toBe('2\n');
  });

  it.each(examples)('runs $name: $text', async ({ name, text }) => {
    const log = vi.spyOn(console, 'log').mockImplementation(() => {});
    onTestFinished(() => log.mockRestore());
    const { client } = await load(name);
    await (client as { $disconnect(): Promise<void> } | undefined)?.$disconnect();
    // What a comment of the block says that it prints.
    const said = log.mock.calls.map((values) => values.join(' '));
    const [, promised] = /console\.log\(.*?\); \/\/ (.*)/.exec(text) ?? [];
    expect(said).toHaveLength(text.split('console.log(').length - 1);
    expect(said.join('\n')).toContain(promised ?? '');
  });

  it('configures Prisma, before there is a module and after', async () => {
    const declared = ['analytics.region_totals', 'public.order_totals'];
    expect(externalBefore).toEqual([declared]);
    expect(await externalTables()).toEqual(declared);
  });
});
