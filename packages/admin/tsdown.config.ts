import { defineConfig } from 'tsdown';

export default defineConfig({
  entry: ['src/index.ts', 'src/node.ts'],
  format: ['esm', 'cjs'],
  target: 'node20.19',
  fixedExtension: true,
  dts: true,
});
