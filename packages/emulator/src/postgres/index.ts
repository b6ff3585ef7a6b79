export { accountForPostgres, canEnter } from './account.ts';
export { areComplete, type Binaries, findBinaries, postgresMajor } from './binaries.ts';
export { ownFolder, removeAbandoned, unfinishedPrefix } from './own-folder.ts';
export { findPlatformPackage } from './platform-package.ts';
export { type Account, anyonesFolder, environment, run } from './run.ts';
