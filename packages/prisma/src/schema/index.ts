export { streamTableOf } from './annotation.ts';
export { type Field, readSchemaText, type SchemaText } from './blocks.ts';
export { type DeclaredInSchema, declaredStreamTables, modelNames } from './declared.ts';
export { readSchemaFiles } from './files.ts';
export { checkMisplaced } from './misplaced.ts';
