export { guardStreamTables } from './guard.ts';
export type { GuardOptions } from './texts.ts';
