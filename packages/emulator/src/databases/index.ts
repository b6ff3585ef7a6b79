export { createDatabase } from './create-database.ts';
export { openConnection } from './lasting-connection.ts';
export { newDatabase, randomName } from './new-database.ts';
export { ownName } from './own-name.ts';
export { makeSpares, spareMaker, type Spares } from './spares.ts';
export { prepareDatabases, preparedFrom, template } from './template.ts';
export { databaseUrl } from './url.ts';
export { withConnection } from './with-connection.ts';
