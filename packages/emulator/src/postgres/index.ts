export { type Account, accountForPostgres, canEnter } from './account.ts';
export { type Binaries, findBinaries, postgresMajor } from './binaries.ts';
export { anyonesFolder, environment, identity } from './run.ts';
