import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { repository } from './files.ts';

interface Manifest {
  name: string;
  description?: string;
  keywords?: string[];
  license?: string;
  engines?: { node?: string };
  files?: string[];
  repository?: { type: string; url: string; directory?: string };
  homepage?: string;
  bugs?: string;
  funding?: unknown;
}

const manifestOf = async (...folder: string[]): Promise<Manifest> =>
  JSON.parse(await readFile(join(repository, ...folder, 'package.json'), 'utf8')) as Manifest;

const root = await manifestOf();
const packages = await readdir(join(repository, 'packages'));

/** What a package says of where it comes from: nothing, until the root says where the repository is. */
function origin(manifest: Manifest, directory: string): Pick<Manifest, 'repository' | 'homepage' | 'bugs'> {
  if (!manifest.repository) return {};
  const page = manifest.repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
  return {
    repository: { ...manifest.repository, directory },
    homepage: `${page}/tree/main/${directory}#readme`,
    bugs: `${page}/issues`,
  };
}

describe('a published package', () => {
  test.for(packages)('%s says what it is, and where it comes from', async (name) => {
    const { repository: from, homepage, bugs, ...manifest } = await manifestOf('packages', name);
    expect(manifest).toMatchObject({
      name: `@pgstream/${name}`,
      description: expect.stringMatching(/pg_stream/),
      keywords: expect.arrayContaining(['pg_stream', 'pg_trickle', 'postgresql', 'stream table']),
      license: root.license,
      engines: root.engines,
      // Packed by no package manager unless it is named.
      files: expect.arrayContaining(['CHANGELOG.md']),
    });
    expect(manifest.keywords).toEqual(manifest.keywords?.toSorted());
    expect(manifest).not.toHaveProperty('funding');
    expect({ repository: from, homepage, bugs }).toEqual({
      repository: undefined,
      homepage: undefined,
      bugs: undefined,
      ...origin(root, `packages/${name}`),
    });
  });
});
