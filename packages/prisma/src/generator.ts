import { generatorHandler } from '@prisma/generator-helper';
import { generate, MANIFEST } from './generator/index.ts';

// The program `pgstream-prisma`, which `prisma generate` starts and speaks with over standard input and error.
generatorHandler({
  onManifest: () => MANIFEST,
  onGenerate: generate,
});
