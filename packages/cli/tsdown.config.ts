import { defineConfig, type UserConfig } from 'tsdown';

const shared: UserConfig = { target: 'node20.19', fixedExtension: true };

/** What a configuration file imports comes in both formats; the command is only ever started. */
export default defineConfig([
  {
    ...shared,
    entry: ['src/index.ts', 'src/cli.ts', 'src/asked.ts'],
    format: 'esm',
    dts: true,
    copy: { from: '../../docs/integrations', to: 'dist/docs' },
  },
  { ...shared, entry: ['src/index.ts'], format: 'cjs', dts: true, clean: false },
]);
