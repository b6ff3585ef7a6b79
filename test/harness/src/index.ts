export { cleanUpLater } from './clean-up.ts';
export { connect } from './connection.ts';
export { freshDatabase, testDatabase, type TestDatabase } from './database.ts';
export { answers, type RunningProgram, startProgram } from './program.ts';
export { quietDatabase, quietEmulator } from './quiet.ts';
export { asModule, type Block, blocksOf, compilerErrors, type Imports } from './readme.ts';
export { testRole, type TestRole } from './role.ts';
export { databaseUrl, onEmulator, serverUrl } from './server.ts';
export { expectOverlappingQueries } from './warnings.ts';
