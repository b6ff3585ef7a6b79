export { currentLsn, type Lsn } from './lsn.ts';
export type { WaitUntilFreshOptions, WaitUntilFreshResult } from './options.ts';
export { readYourWrites, type ReadYourWritesOptions } from './read-your-writes.ts';
export { waitUntilFresh } from './wait-until-fresh.ts';
