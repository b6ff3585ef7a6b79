import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { beforeAll, describe, expect, test } from 'vitest';

import { filesBelow, repository } from './files.ts';
import { anchorsOf } from './markdown.ts';

/** `contract A.5`, and further ones after it: `contract A.6, B.7`. A line may end in between. */
const NAMED = /\bcontract(?:\s|\*|--|\/\/)+([A-Z]\.\d+)/gi;
/** A section by itself, as in `(B.3)` or in the id of a recorded answer. */
const SECTION = /(?<![\w.$])[A-F]\.\d{1,2}(?![\w]|\.\d)/g;

function referencesIn(text: string): Set<string> {
  const named = [...text.matchAll(NAMED)].map(([, section]) => section ?? '');
  return new Set([...named, ...(text.match(SECTION) ?? [])]);
}

let sections: Set<string>;

beforeAll(async () => {
  sections = anchorsOf(await readFile(join(repository, 'docs/contract.md'), 'utf8'));
});

const unknownIn = (text: string): string[] => [...referencesIn(text)].filter((section) => !sections.has(section));

describe('references to the contract', () => {
  test('lead to a section of docs/contract.md, wherever they stand', async () => {
    const texts = (await filesBelow(repository)).filter((file) => /\.(?:[cm]?[jt]s|md|sql|prisma)$/.test(file));
    const found = new Map<string, Set<string>>();
    const dead: string[] = [];
    for (const file of texts) {
      if (file === 'test/documents/contract.test.ts') continue;
      const text = await readFile(join(repository, file), 'utf8');
      const references = referencesIn(text);
      if (references.size > 0) found.set(file, references);
      dead.push(...unknownIn(text).map((section) => `${file}: ${section}`));
    }
    expect(dead).toEqual([]);

    const from = (folder: string): string[] => [...found.keys()].filter((file) => file.startsWith(folder));
    expect(from('packages/core/src/').length).toBeGreaterThan(15);
    expect(from('packages/emulator/src/').length).toBeGreaterThan(10);
    expect(from('packages/typeorm/src/').length).toBeGreaterThan(0);
    expect(found.get('packages/core/src/stream-table.ts')).toContain('A.5');
    expect(found.get('packages/emulator/DIFFERENCES.md')).toContain('A.10');
  });

  test.for([
    ['a section that is not there', '/** Never so (contract A.11). */', ['A.11']],
    ['a part that is not there', '// contract X.1', ['X.1']],
    ['the second of two', '/** By prefix (contract A.6, B.99). */', ['B.99']],
    ['one on the next line', '/**\n   * Then (contract\n   * A.12). */', ['A.12']],
    ['one by itself', '-- as there (C.8)', ['C.8']],
    ['the id of a recorded answer', `'A.42/discard-all': {`, ['A.42']],
    ['none', '/** Then (contract A.5, B.3). A.10 */', []],
    ['what is no section: a version, a name', 'A.5.1 of data.A.99, Part.B.77', []],
  ] as const)('to %s are noticed', ([, text, unknown]) => {
    expect(unknownIn(text)).toEqual(unknown);
  });
});
