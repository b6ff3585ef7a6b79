import type { StreamTableRegistry } from '../registry/index.ts';
/** PLACEHOLDER */
export type WriteGuards<Registry extends StreamTableRegistry, Model extends keyof Registry> = Model extends ''
  ? Registry
  : {};
