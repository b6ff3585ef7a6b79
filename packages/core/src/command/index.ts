export { argument, commandBlock, type Command } from './block.ts';
export { indent } from './indent.ts';
