export { type Account, accountForPostgres, canEnter } from './account.ts';
export { findBinaries, postgresMajor } from './binaries.ts';
export { anyonesFolder, environment } from './run.ts';
