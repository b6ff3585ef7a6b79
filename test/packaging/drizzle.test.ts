import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { installStrictly, packedPackages, type PackedPackages, run } from './packed.ts';

// A package manager and compilers, where the machine may have much else to do.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const COMPILERS = {
  'typescript-5.9': 'npm:typescript@5.9.3',
  'typescript-6.0': 'npm:typescript@6.0.3',
  'typescript-7.0': 'npm:typescript@7.0.2',
};

let packed: PackedPackages;
beforeAll(async () => {
  packed = await packedPackages('core', 'drizzle');
});
afterAll(() => packed[Symbol.asyncDispose]());

/** What was packed once, in an application of each version of Drizzle. */
describe.each(['0.45.4', '1.0.0-rc.5'])('beside drizzle-orm %s', (version) => {
  let folder: string;
  let installed: string;

  beforeAll(async () => {
    folder = join(packed.folder, `drizzle-${version}`);
    await mkdir(folder);
    for (const file of ['app.mts', 'app.cts']) {
      await copyFile(join(import.meta.dirname, 'consumers/drizzle.ts'), join(folder, file));
    }
    const dependencies = {
      ...packed.specifiers,
      'drizzle-orm': version,
      pg: '8.23.1',
      '@types/pg': '8.23.1',
      '@types/node': '20.19.43',
      ...COMPILERS,
    };
    await writeFile(join(folder, 'package.json'), JSON.stringify({ name: 'consumer', private: true, dependencies }));
    installed = await installStrictly(folder, packed);
  });

  test('it is a peer that the package asks for', () => {
    expect(installed).not.toMatch(/peer dependenc/i);
  });

  /** What the compiler says of anything but Drizzle's own declarations, where drivers are missing that nobody uses. */
  async function complaints(compiler: string, skipLibCheck: boolean): Promise<string[]> {
    const compilerOptions = { module: 'nodenext', target: 'es2022', strict: true, types: ['node'], skipLibCheck };
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['app.mts', 'app.cts'] }));
    const said = await run(folder, process.execPath, `node_modules/${compiler}/bin/tsc`, '--pretty', 'false').catch(
      ({ message }: Error) => message,
    );
    return said.split('\n').filter((line) => /error TS/.test(line) && !/^node_modules\/.*\/drizzle-orm\//.test(line));
  }

  // Whoever skips the check of libraries is told less, and never more.
  test.each(Object.keys(COMPILERS))(
    '%s, which checks libraries, too: nothing is of the type any, and no write compiles',
    async (compiler) => {
      expect(await complaints(compiler, false)).toEqual([]);
    },
  );

  test('the same where libraries are not checked, and what cannot be read of them is of the type any', async () => {
    expect(await complaints('typescript-6.0', true)).toEqual([]);
  });

  test.each(['app.mjs', 'app.cjs'])('%s, as it was compiled, works', async (file) => {
    expect(JSON.parse(await run(folder, process.execPath, file))).toEqual({
      selects: true,
      refused: 'READ_ONLY',
      isRelational: true,
      filter: ['!order_totals'],
    });
  });
});
