import { copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { installStrictly, packedPackages, type PackedPackages, run } from './packed.ts';

// A package manager and a compiler, where the machine may have much else to do.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 600_000 });

const compilerOptions = {
  declaration: true,
  strict: true,
  skipLibCheck: true,
  module: 'nodenext',
  target: 'es2022',
  types: ['node'],
};

/** What `nest new` adds. */
const NEST = { experimentalDecorators: true, emitDecoratorMetadata: true, isolatedModules: true };

/**
 * Packages whose results end up in declarations of their users, each with what its users depend on beside it. What they
 * export is in `consumers/declarations`.
 */
const PACKAGES = [
  {
    name: 'drizzle',
    library: 'drizzle',
    type: 'module',
    options: compilerOptions,
    beside: { 'drizzle-orm': '0.45.4', pg: '8.23.1', '@types/pg': '8.23.1' },
  },
  {
    name: 'drizzle',
    library: 'drizzle-1.0',
    type: 'module',
    options: compilerOptions,
    beside: { 'drizzle-orm': '1.0.0-rc.5', pg: '8.23.1', '@types/pg': '8.23.1' },
  },
  {
    name: 'typeorm',
    library: 'typeorm',
    type: 'commonjs',
    options: { ...compilerOptions, ...NEST },
    beside: {
      '@nestjs/common': '11.2.10',
      '@nestjs/core': '11.2.10',
      '@nestjs/typeorm': '11.0.3',
      'reflect-metadata': '0.2.2',
      rxjs: '7.8.2',
      typeorm: '1.1.1',
    },
  },
] as const;

let packed: PackedPackages;
beforeAll(async () => {
  packed = await packedPackages('core', ...new Set(PACKAGES.map(({ name }) => name)));
});
afterAll(() => packed[Symbol.asyncDispose]());

test.for(PACKAGES)(
  '$library: what its functions give can be written into declarations by who depends on it and on nothing else of ours',
  async ({ name, library, type, options, beside }) => {
    const folder = join(packed.folder, `declarations-${library}`);
    const ours = `@pgstream/${name}`;
    await mkdir(folder);
    await copyFile(join(import.meta.dirname, `consumers/declarations/${library}.ts`), join(folder, 'library.ts'));
    const dependencies = { [ours]: packed.specifiers[ours], ...beside, typescript: '6.0.3', '@types/node': '20.19.43' };
    await writeFile(
      join(folder, 'package.json'),
      JSON.stringify({ name: `declarations-${library}`, private: true, type, dependencies }),
    );
    // Under pnpm, only what is depended on can be imported.
    await installStrictly(folder, packed);

    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, files: ['library.ts'] }));
    await run(folder, process.execPath, 'node_modules/typescript/bin/tsc');
    const declarations = await readFile(join(folder, 'library.d.ts'), 'utf8');
    expect(declarations).toContain(`import("${ours}")`);
    expect(declarations).not.toContain('@pgstream/core');
  },
);
