export { guardHooks, type QueryHooks } from './guard.ts';
export type { QueryHook } from './hook.ts';
export { rawHooks, streamTablesOf } from './raw.ts';
