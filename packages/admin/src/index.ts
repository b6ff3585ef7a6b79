export { mountAdmin, type Admin } from './mount.ts';
export type { AdminOptions } from './options.ts';
