export { guardStreamTables } from './guard.ts';
