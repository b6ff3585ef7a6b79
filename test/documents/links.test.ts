import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { describe, expect, onTestFinished, test } from 'vitest';

import { filesBelow, repository } from './files.ts';
import { deadLinks } from './markdown.ts';

describe('links of documents', () => {
  test('lead to files and headings of the repository', async () => {
    const documents = (await filesBelow(repository)).filter((file) => file.endsWith('.md'));
    expect(documents).toEqual(expect.arrayContaining(['README.md', 'docs/contract.md', 'packages/core/README.md']));
    const dead = await Promise.all(
      documents.map(async (file) => (await deadLinks(repository, file)).map((link) => `${file}: ${link}`)),
    );
    expect(dead.flat()).toEqual([]);
  });

  test('of a published package stay within it, since npm has nothing else', async () => {
    const packages = await readdir(join(repository, 'packages'));
    const dead = await Promise.all(
      packages.map(async (name) => {
        const folder = join(repository, 'packages', name);
        const documents = (await readdir(folder)).filter((file) => file.endsWith('.md'));
        const links = await Promise.all(documents.map((file) => deadLinks(folder, file)));
        return links.flat().map((link) => `packages/${name}: ${link}`);
      }),
    );
    expect(dead.flat()).toEqual([]);
  });

  test('that lead nowhere are noticed, and those of code are none', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pgstream-links-'));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    await writeFile(
      join(folder, 'other.md'),
      '# Its `name`, and more\n\n## Twice\n\n## Twice\n\n## <a id="A.1"></a>A.1 It\n',
    );
    await writeFile(
      join(folder, 'README.md'),
      `# Here
       [a](other.md) [b](other.md#its-name-and-more) [c](#here) [d](other.md#twice-1) [e](other.md#A.1)
       [f](https://example.com/x) [g](other.md#a1-it "Its title")
       [1](missing.md) [2](#nowhere) [3](other.md#nowhere) [4](../outside.md) [5](other.md#twice-2) <img src="no.png">
\`[x](in-code.md)\`

\`\`\`md
[y](in-a-block.md)
# A heading in a block
\`\`\`

[6](#a-heading-in-a-block)

[7]: gone.md
`,
    );
    const dead = await deadLinks(folder, 'README.md');
    expect(dead.toSorted()).toEqual(
      [
        'missing.md',
        '#nowhere',
        'other.md#nowhere',
        '../outside.md',
        'other.md#twice-2',
        'no.png',
        '#a-heading-in-a-block',
        'gone.md',
      ].toSorted(),
    );
  });
});
