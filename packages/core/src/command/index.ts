export { argument, commandBlock, type Command } from './block.ts';
export { keptRowSecurity, putRowSecurityBack, refuseFilteredRows } from './row-security.ts';
export { indent } from './indent.ts';
