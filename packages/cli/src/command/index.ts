export { inDatabase } from './database.ts';
export { command, NAME } from './define.ts';
export { addGlobalFlags } from './global-flags.ts';
