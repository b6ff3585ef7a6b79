import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, inject, onTestFinished, test, vi } from 'vitest';

import { packedPackages, type PackedPackages, run } from './packed.ts';
import { type Registry, startRegistry } from './registry.ts';
import { objections, type Release } from './release/objections.ts';
import { publish } from './release/publish.ts';
import { inOrder, type Manifest, type Tarball, tarballsIn } from './release/tarballs.ts';

// npm, once for each package, where the machine may have much else to do.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

let packed: PackedPackages;
let registry: Registry;
/** What was packed once for all tests, and would be published. */
let tarballs: Tarball[];

beforeAll(async () => {
  packed = await packedPackages();
  tarballs = await tarballsIn(dirname(Object.values(inject('tarballs'))[0] ?? ''));
});
afterAll(() => packed[Symbol.asyncDispose]());

beforeEach(async () => {
  registry = await startRegistry();
  onTestFinished(() => registry[Symbol.asyncDispose]());
  const userconfig = join(packed.folder, 'npmrc');
  await writeFile(userconfig, `//${registry.host}/:_authToken=of-no-account\n`);
  const ours = {
    registry: `http://${registry.host}/`,
    userconfig,
    cache: join(packed.folder, 'cache'),
    fetch_retries: '0',
  };
  for (const [name, value] of Object.entries(ours)) vi.stubEnv(`npm_config_${name}`, value);
  onTestFinished(() => {
    vi.unstubAllEnvs();
  });
});

/** A package of its own, packed. */
async function tarball(manifest: Manifest): Promise<Tarball> {
  const folder = join(packed.folder, manifest.name.replace('/', '-'), 'package');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify(manifest));
  const file = `${folder}.tgz`;
  await run(dirname(folder), 'tar', '-czf', file, 'package');
  return { file, manifest };
}

const namesIn = (lines: readonly string[]): unknown[] => lines.map((line) => line.split(' ')[0]);

async function published(...which: readonly Tarball[]): Promise<string[]> {
  const said: string[] = [];
  await publish(which, { say: (line) => said.push(line) });
  return said;
}

describe('a release', () => {
  test('would be taken by npm, each package of it', async () => {
    const said: string[] = [];
    await Promise.all(tarballs.map((each) => publish([each], { dryRun: true, say: (line) => said.push(line) })));
    expect(said.toSorted()).toEqual(
      tarballs.map(({ manifest }) => `${manifest.name} ${manifest.version} could be published.`).toSorted(),
    );
    expect(said.length).toBeGreaterThanOrEqual(7);
    expect(registry.published).toEqual([]);
  });

  test('publishes what a package depends on before it, goes on where it stopped, and has then nothing to do', async () => {
    const names = tarballs.map(({ manifest }) => manifest.name);
    const [refused = '', ...rest] = names.slice(-2);
    registry.refuses = refused;
    await expect(publish(tarballs)).rejects.toThrow(
      new RegExp(`^${refused} \\S+ could not be published. What was before it is: run this again`),
    );
    const before = names.slice(0, names.indexOf(refused));
    expect(namesIn(registry.published)).toEqual(before);

    registry.refuses = undefined;
    await publish(tarballs);
    expect(namesIn(registry.published)).toEqual([...before, refused, ...rest]);
    for (const [index, { manifest }] of tarballs.entries()) {
      const needed = Object.keys(manifest.dependencies ?? {}).filter((name) => names.includes(name));
      expect(needed.map((name) => names.indexOf(name) < index)).toEqual(needed.map(() => true));
    }

    const again = await published(...tarballs);
    expect(again).toEqual(tarballs.map(({ manifest }) => `${manifest.name} ${manifest.version} is published already.`));
    expect(registry.published).toHaveLength(names.length);
  });

  test('has of each package the version that the others depend on', () => {
    const versions = new Map(tarballs.map(({ manifest }) => [manifest.name, manifest.version]));
    const needed = tarballs.flatMap(({ manifest }) =>
      Object.entries(manifest.dependencies ?? {}).filter(([name]) => versions.has(name)),
    );
    expect(needed.length).toBeGreaterThan(0);
    for (const [name, range] of needed) expect({ name, range }).toEqual({ name, range: `^${versions.get(name)}` });
  });

  test('gives a prerelease to those who ask for it, by the tag next', async () => {
    const name = '@pgstream/tagged';
    await published(await tarball({ name, version: '0.1.0' }));
    await published(await tarball({ name, version: '0.2.0-next.20261129' }));
    await published(await tarball({ name, version: '0.2.0' }));
    expect(registry.published).toEqual([
      `${name} 0.1.0 latest`,
      `${name} 0.2.0-next.20261129 next`,
      `${name} 0.2.0 latest`,
    ]);
  });

  test('publishes nothing that npm refuses, and nothing where it cannot ask', async () => {
    const broken = await tarball({ name: '@pgstream/broken', version: 'one' });
    await expect(publish([broken], { dryRun: true })).rejects.toThrow(/could not be published[^]*one/);
    await registry[Symbol.asyncDispose]();
    await expect(publish(tarballs)).rejects.toThrow(
      `http://${registry.host}/ does not answer, so nothing is published`,
    );
    expect(registry.published).toEqual([]);
  });

  test('has no order where packages depend on each other', () => {
    const version = '0.1.0';
    const a = { file: 'a.tgz', manifest: { name: 'a', version, dependencies: { b: '^0.1.0', other: '1.0.0' } } };
    const b = { file: 'b.tgz', manifest: { name: 'b', version, peerDependencies: { c: '*' } } };
    const c = { file: 'c.tgz', manifest: { name: 'c', version } };
    expect(inOrder([a, b, c])).toEqual([c, b, a]);
    const circular = { file: 'c.tgz', manifest: { name: 'c', version, dependencies: { a: '^0.1.0' } } };
    expect(() => inOrder([a, b, circular])).toThrow('a → b → c → a');
  });
});

describe('what is in the way of a release', () => {
  const repository = 'https://github.com/acme/pgstream';
  const manifest: Manifest = {
    name: '@pgstream/core',
    version: '0.1.0',
    repository: { url: 'git+https://github.com/acme/pgstream.git' },
  };
  const release: Release = { tag: 'v0.1.0', repository, manifests: [manifest], changesets: [] };

  test('is nothing, as a rule', () => {
    expect(objections(release)).toEqual([]);
    expect(objections({ ...release, manifests: [{ ...manifest, version: '0.0.9' }, manifest] })).toEqual([]);
  });

  test.for<[string, Partial<Release>, RegExp]>([
    ['changesets', { changesets: ['a.md', 'b.md'] }, /^Changesets are left: a\.md, b\.md\. Run "changeset version"/],
    ['another tag', { tag: 'v0.2.0' }, /^No package has the version of the tag v0\.2\.0: @pgstream\/core 0\.1\.0\./],
    [
      'what is private',
      { manifests: [{ ...manifest, private: true }] },
      /^Private packages cannot be published: .* @pgstream\/core\.$/,
    ],
    [
      'no address',
      { manifests: [{ name: manifest.name, version: manifest.version }] },
      /^These do not say where their repository is.*: @pgstream\/core\. Put/,
    ],
    [
      'another address',
      { manifests: [{ ...manifest, repository: 'https://github.com/other/pgstream' }] },
      /repository is https:\/\/github\.com\/other\/pgstream, and this is https:\/\/github\.com\/acme\/pgstream/,
    ],
  ])('is %s', ([, change, sentence]) => {
    expect(objections({ ...release, ...change })).toEqual([expect.stringMatching(sentence)]);
  });
});
