import { defineConfig, type UserConfig } from 'tsdown';

const shared: UserConfig = { target: 'node20.19', fixedExtension: true, loader: { '.sql': 'text' } };

const imported = {
  index: 'src/index.ts',
  jest: 'src/jest.ts',
  pglite: 'src/pglite.ts',
  testcontainers: 'src/testcontainers.ts',
  vitest: 'src/vitest.ts',
};
const started = { cli: 'src/cli.ts', supervisor: 'src/supervisor.ts' };

/** What is imported comes in both formats; the command and the supervisor are only ever started. */
export default defineConfig([
  { ...shared, entry: { ...imported, ...started }, format: 'esm', dts: true },
  { ...shared, entry: imported, format: 'cjs', dts: true, clean: false },
]);
