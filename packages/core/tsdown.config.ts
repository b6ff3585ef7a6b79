import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/index.ts', 'src/pg.ts', 'src/postgres-js.ts'],
  format: ['esm', 'cjs'],
  target: 'node20.19',
  fixedExtension: true,
  dts: true,
});
