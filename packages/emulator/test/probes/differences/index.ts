export type { Differences } from './difference.ts';
export { fromPgStream } from './pg-stream.ts';
export { fromPgTrickle } from './pg-trickle.ts';
