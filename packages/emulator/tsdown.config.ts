import { defineConfig, type UserConfig } from 'tsdown';

const shared: UserConfig = { target: 'node20.19', fixedExtension: true, loader: { '.sql': 'text' } };

/** What is imported comes in both formats; the command and the supervisor are only ever started. */
export default defineConfig([
  { ...shared, entry: ['src/index.ts', 'src/cli.ts', 'src/supervisor.ts'], format: 'esm', dts: true },
  { ...shared, entry: ['src/index.ts'], format: 'cjs', dts: true, clean: false },
]);
