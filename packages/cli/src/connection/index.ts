export { open } from './open.ts';
export type { ConnectionFlags } from './parameters.ts';
