import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { describe, expect, test } from 'vitest';

import { filesBelow, repository } from './files.ts';
import { linksOf } from './markdown.ts';

const findings = join(repository, 'findings');
const scripts = (await filesBelow(findings)).filter((file) => /^[^/]+\.sh$/.test(file));

describe('findings', () => {
  test('each have their line in the README', async () => {
    expect(scripts.length).toBeGreaterThan(0);
    expect(linksOf(await readFile(join(findings, 'README.md'), 'utf8')).toSorted()).toEqual(scripts.toSorted());
  });

  test.for(scripts)(
    '%s is a program, pins what it installs, has nothing of ours, and quotes what it saw',
    async (script) => {
      const text = await readFile(join(findings, script), 'utf8');
      const installed = [...text.matchAll(/^install ((?:.|\\\n)+)$/gm)].flatMap(
        ([, list]) => list?.match(/[^\s\\]+/g) ?? [],
      );
      expect({
        executable: ((await stat(join(findings, script))).mode & 0o111) !== 0,
        unpinned: installed.filter((name) => !/.@\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(name)),
        notItsOwn: text.match(/@pgstream\/|https?:/g) ?? [],
        quotes: /^#> /m.test(text),
        observes: /^(?:TZ=UTC )?observe /m.test(text),
      }).toEqual({ executable: true, unpinned: [], notItsOwn: [], quotes: true, observes: true });
    },
  );
});
