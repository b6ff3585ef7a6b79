export { streamTableOf } from './annotation.ts';
export { readSchemaText, type SchemaText } from './blocks.ts';
export { declaredStreamTables } from './declared.ts';
export { readSchemaFiles } from './files.ts';
export { checkMisplaced } from './misplaced.ts';
