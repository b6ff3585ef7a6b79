export { afterCommit, checkWork, commitFirst, type Writing } from './after-commit.ts';
export { checkInDialect, type RefreshOptions, type RefreshPlan, type RefreshResult } from './options.ts';
export { refreshAfter, refreshingAfter, type RefreshAfterOptions } from './refresh-after.ts';
export {
  refreshAll,
  type RefreshAllOptions,
  type RefreshAllProgress,
  type RefreshAllReport,
  type RefreshAllResult,
} from './all/index.ts';
export { refreshIfStale, type RefreshIfStaleOptions, type RefreshIfStaleResult } from './refresh-if-stale.ts';
export { checkRefresh, patiently, refreshing, refreshStreamTable } from './refresh.ts';
export { orAborted, orTimedOut, throwIfAborted } from './waiting.ts';
export {
  declarePaceOfSetting,
  declareSinceOfSetting,
  NOT_AMONG_ITS_TABLES,
  refreshBody,
  refreshVariables,
  VIA_PARAMETERS,
  VIA_SIGNATURE,
} from './statement/index.ts';
