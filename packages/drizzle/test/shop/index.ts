export { SHOP, shopDatabase } from './database.ts';
export { isDrizzle1 } from './major.ts';
export { DRIVERS, openPg, type Db, type Opened } from './drivers.ts';
export * as shop from './schema.ts';
export { expectUnseen } from './unseen.ts';
