import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/index.ts', 'src/migration.ts'],
  format: 'esm',
  target: 'node20.19',
  fixedExtension: true,
  dts: true,
});
