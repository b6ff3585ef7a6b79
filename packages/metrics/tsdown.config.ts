import { defineConfig, type UserConfig } from 'tsdown';

const shared: UserConfig = { target: 'node20.19', fixedExtension: true };

/** What applications import comes in both formats; the command is only ever started. */
export default defineConfig([
  {
    ...shared,
    entry: ['src/index.ts', 'src/otel.ts'],
    format: ['esm', 'cjs'],
    dts: true,
    // Declarations name Disposable, which not every project's `lib` has.
    banner: { dts: '/// <reference lib="esnext.disposable" />' },
  },
  { ...shared, entry: ['src/cli.ts'], format: 'esm', dts: false, clean: false },
]);
