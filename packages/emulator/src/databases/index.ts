export { createDatabase } from './create-database.ts';
export { prepareDatabases } from './template.ts';
export { databaseUrl } from './url.ts';
