import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { defineProject, mergeConfig, type UserWorkspaceConfig } from 'vitest/config';
import { patience } from '../../../vitest.shared.ts';
import { conformanceReport } from '../report/plugin.ts';

const require = createRequire(import.meta.url);

/**
 * The tests of one version's folder: `typeorm` is the package that test/package.json has under the name given here, for the
 * suite and for `@pgstream/typeorm` alike. (What is linked goes through Vite, as the tests do.)
 */
export function typeormProject(folder: string, typeorm: string): UserWorkspaceConfig {
  return defineProject({
    root: join(import.meta.dirname, folder),
    resolve: {
      // By its path, because `@pgstream/typeorm` has no dependency of that name.
      alias: [{ find: /^typeorm$/, replacement: join(dirname(require.resolve(typeorm)), 'index.mjs') }],
    },
    test: { ...patience, name: `conformance of TypeORM ${folder}`, include: ['*.test.ts'] },
  });
}

/** The same, where the tests are a column of the table. */
export function typeormColumn(folder: string, typeorm: string): UserWorkspaceConfig {
  return mergeConfig(typeormProject(folder, typeorm), { plugins: [conformanceReport()] }) as UserWorkspaceConfig;
}
