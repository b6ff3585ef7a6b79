export { columns, type StreamTableColumn } from './columns.ts';
export { dependencies, type StreamTableDependency } from './dependencies.ts';
export { explain, type StreamTableExplanation } from './explain.ts';
export { cdcHealth, slotHealth, type CdcHealth, type SlotHealth } from './capture.ts';
export { history, type HistoryOptions, type RefreshRecord } from './history.ts';
export { refreshStats, type RefreshStats } from './refresh-stats.ts';
export {
  exists,
  list,
  status,
  type StreamTableFailure,
  type StreamTableFilter,
  type StreamTableState,
  type StreamTableStatus,
  type TargetFreshness,
} from './status.ts';
