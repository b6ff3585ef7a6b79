export { argument, commandBlock, type Command } from './block.ts';
export {
  FILTERED_BY,
  filteredRowsRefused,
  filteringTable,
  findFilteringTable,
  keptRowSecurity,
  putRowSecurityBack,
  raiseFilteredOrSame,
  refuseFilteredRows,
} from './row-security.ts';
export { keptSearchPath, pinSearchPath, putSearchPathBack, searchPathPutBack } from './search-path.ts';
export { indent } from './indent.ts';
