export { protectStreamTables, type ProtectOptions } from './protect.ts';
