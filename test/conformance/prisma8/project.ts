import { join } from 'node:path';
import { defineProject, type UserWorkspaceConfig } from 'vitest/config';
import { patience } from '../../../vitest.shared.ts';
import { conformanceReport } from '../report/plugin.ts';

/** The tests of one version's folder: `@prisma/orm-postgres` is what that depends on, for the suite and for our package alike. */
export function prisma8Column(folder: string): UserWorkspaceConfig {
  const root = join(import.meta.dirname, folder);
  const dependent = join(root, 'package.json');
  return defineProject({
    root,
    plugins: [
      conformanceReport(),
      {
        name: `Prisma ${folder}`,
        enforce: 'pre',
        resolveId(id, _importer, options) {
          return id.startsWith('@prisma/orm-postgres/')
            ? this.resolve(id, dependent, { ...options, skipSelf: true })
            : null;
        },
      },
    ],
    test: { ...patience, name: `conformance of Prisma ${folder}`, include: ['*.test.ts'] },
  });
}
