export { shopDatabase } from './database.ts';
export { DRIVERS, openPg, openPostgresJs, type Db, type Opened } from './drivers.ts';
export * as shop from './schema.ts';
