// A release of what is committed, as the workflow makes it, to a registry of its own: versions, changelogs, tarballs,
// publishing with nothing installed, and an application that installs what was published. Needs a Node that runs TypeScript,
// by npx, and the time to install, so it is no part of the test command:
//   pnpm exec turbo run build && node --import tsx test/integrations/release/run.mjs
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startRegistry } from '../../packaging/registry.ts';

const ROOT = join(import.meta.dirname, '../../..');
const REPOSITORY = 'https://github.com/acme/pgstream';

const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'pgstream-release-'));
const registry = await startRegistry();
try {
  const clone = join(folder, 'clone');
  await run('git', ['clone', '--quiet', '--depth', '1', `file://${ROOT}`, clone]);
  const packages = await readdir(join(clone, 'packages'));
  const { packageManager } = await readJson(join(clone, 'package.json'));
  const pnpm = (...args) => run('npx', ['--yes', packageManager, ...args], { cwd: clone, maxBuffer: 2 ** 26 });

  // What the repository cannot say yet.
  for (const name of packages) {
    const file = join(clone, 'packages', name, 'package.json');
    const manifest = await readJson(file);
    const repository = { type: 'git', url: `git+${REPOSITORY}.git`, directory: `packages/${name}` };
    await writeFile(file, JSON.stringify({ ...manifest, repository }));
  }
  await run(process.execPath, [join(ROOT, 'node_modules/@changesets/cli/bin.js'), 'version'], { cwd: clone });
  const { version } = await readJson(join(clone, 'packages/core/package.json'));
  console.log(`changeset version gives ${version}.`);

  for (const name of packages) {
    await cp(join(ROOT, 'packages', name, 'dist'), join(clone, 'packages', name, 'dist'), { recursive: true });
  }
  await pnpm(
    'install',
    '--frozen-lockfile',
    '--prefer-offline',
    '--prod',
    '--ignore-scripts',
    '--filter',
    './packages/*',
  );
  const tarballs = join(folder, 'tarballs');
  await mkdir(tarballs);
  await pnpm('--filter', './packages/*', 'pack', '--pack-destination', tarballs);

  const npmrc = join(folder, 'npmrc');
  await writeFile(npmrc, `//${registry.host}/:_authToken=of-no-account\n`);
  const { stdout: node24 } = await run('npx', ['--yes', 'node@24', '-p', 'process.execPath']);
  const released = await run(node24.trim(), ['test/packaging/release/main.ts', 'publish', tarballs], {
    cwd: clone,
    env: {
      ...process.env,
      GITHUB_REF_NAME: `v${version}`,
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'acme/pgstream',
      npm_config_userconfig: npmrc,
      npm_config_registry: `http://${registry.host}/`,
    },
  });
  console.log(released.stdout.trimEnd());
  assert.equal(registry.published.length, packages.length);

  const application = join(folder, 'application');
  await mkdir(application);
  await writeFile(join(application, 'package.json'), '{}');
  await writeFile(join(application, '.npmrc'), `@pgstream:registry=http://${registry.host}/\n`);
  const inApplication = { cwd: application };
  await run('npm', ['install', '--no-audit', '--no-fund', '@pgstream/cli', '@pgstream/emulator'], inApplication);
  const { stdout } = await run('npx', ['--no-install', 'pgstream', 'list', '--emulator'], inApplication);
  assert.equal(stdout, 'There are no stream tables.\n');
  const changelog = await readFile(join(application, 'node_modules/@pgstream/cli/CHANGELOG.md'), 'utf8');
  assert.ok(changelog.startsWith(`# @pgstream/cli\n\n## ${version}\n`));
  console.log(`npm install @pgstream/cli takes it from there, and it works; its changelog begins with ${version}.`);
} finally {
  await registry[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
}

async function readJson(file) {
  return JSON.parse(await readFile(file, 'utf8'));
}
