export { contentOf } from './content.ts';
export { compileDecorators, type TypeScript } from './decorators.ts';
