export {
  DeclaredTables,
  refusal,
  refusedDefinition,
  refusedWrites,
  TableNames,
  type NamedTable,
  type ProtectedTable,
  type RefusedWrite,
  type StreamTables,
} from './guard/index.ts';
export {
  inlineParameters,
  relationPassedOnTo,
  writeTargets,
  type TableName,
  type WriteOperation,
  type WriteTarget,
} from './statement/index.ts';
