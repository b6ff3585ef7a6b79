import { defineConfig } from 'tsdown';

const target = 'node20.19';

export default defineConfig([
  { entry: ['src/index.ts', 'src/config.ts'], format: ['esm', 'cjs'], target, fixedExtension: true, dts: true },
  // A program: nothing imports it.
  { entry: ['src/generator.ts'], format: 'cjs', target, fixedExtension: true, dts: false },
]);
