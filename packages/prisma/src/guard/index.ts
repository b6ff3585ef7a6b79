export { guardHooks, type QueryHooks } from './guard.ts';
