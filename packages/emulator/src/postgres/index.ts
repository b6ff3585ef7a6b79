export { accountForPostgres, canEnter } from './account.ts';
export { findBinaries, postgresMajor } from './binaries.ts';
export { type Account, anyonesFolder, environment } from './run.ts';
