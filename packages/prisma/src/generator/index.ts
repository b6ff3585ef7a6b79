export { generate, MANIFEST } from './generate.ts';
