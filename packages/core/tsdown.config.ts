import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: [
    'src/index.ts',
    'src/definitions.ts',
    'src/metrics.ts',
    'src/pg.ts',
    'src/pglite.ts',
    'src/postgres-js.ts',
    'src/statement.ts',
  ],
  format: ['esm', 'cjs'],
  target: 'node20.19',
  fixedExtension: true,
  dts: true,
  // Declarations name AsyncDisposable, which not every project's `lib` has.
  banner: { dts: '/// <reference lib="esnext.disposable" />' },
  // For who has the package and no repository: its README and docstrings name these pages.
  copy: { from: '../../docs', to: 'dist' },
});
