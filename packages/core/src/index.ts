export type {
  CdcHealth,
  HistoryOptions,
  RefreshRecord,
  RefreshStats,
  SlotHealth,
  StreamTableColumn,
  StreamTableDependency,
  StreamTableExplanation,
  StreamTableFailure,
  StreamTableFilter,
  StreamTableState,
  StreamTableStatus,
  TargetFreshness,
} from './catalog/index.ts';
export type {
  DropOptions,
  RefreshMode,
  Schedule,
  ScheduleInput,
  StreamTableChanges,
  StreamTableDefinition,
} from './definition/index.ts';
export { explainWriteError, type FailedWrite } from './classification/index.ts';
export { EXTENSION_SCHEMAS, HIDDEN_COLUMN_PREFIXES, isHiddenColumn, type DialectName } from './dialect/index.ts';
export {
  isPgStreamError,
  PgStreamError,
  StreamTableNotFoundError,
  StreamTableReadOnlyError,
  type PgStreamErrorCode,
  type PgStreamErrorFields,
  type RefusedWriteFields,
} from './errors/index.ts';
export type {
  DependencyGraph,
  DependencyNode,
  DependencyPath,
  PathStep,
  SourceNode,
  StreamTableNode,
} from './graph/index.ts';
export type { Health, HealthFinding, HealthFindingCode, HealthOptions } from './health/index.ts';
export type {
  AutoSuspendedEvent,
  BufferGrowthWarningEvent,
  CdcTransitionEvent,
  ConnectionEvent,
  DisconnectedEvent,
  EventsOptions,
  FullRefreshEvent,
  NoUpstreamChangesEvent,
  OtherEvent,
  OverflowEvent,
  PgStreamEvent,
  PgStreamEventOf,
  PgStreamEvents,
  ReconnectedEvent,
  RefreshCompletedEvent,
  RefreshEvent,
  RefreshFailedEvent,
  ReinitializeNeededEvent,
  ResumedEvent,
  StaleDataEvent,
  StreamTableEvent,
  UnreadableEvent,
  Wakeups,
} from './events/index.ts';
export { isAbandonedTransaction } from './executor/index.ts';
export type { Row, SqlExecutor, TransactionState } from './executor/index.ts';
export type { IsStaleOptions } from './freshness/index.ts';
export type { Listener, ListeningConnection, ListenRequest } from './listener/index.ts';
export type { QualifiedName, StreamTableName } from './name/index.ts';
export { createPgStream, type ExtensionInfo, type PgStream, type PgStreamOptions } from './pg-stream.ts';
export type {
  RefreshAfterOptions,
  RefreshAllOptions,
  RefreshAllProgress,
  RefreshAllReport,
  RefreshAllResult,
  RefreshIfStaleOptions,
  RefreshIfStaleResult,
  RefreshOptions,
  RefreshResult,
} from './refresh/index.ts';
export type { RepairOptions, RepairResult, RepairStep } from './repair/index.ts';
export {
  readOnlyRoleSql,
  refreshFunctionSql,
  refreshRoleSql,
  sourceWriterSql,
  type CanWriteOptions,
  type ReadOnlyRoleOptions,
  type RefreshFunctionOptions,
  type RefreshRoleOptions,
  type SourceWriterOptions,
  type SqlTextOptions,
} from './rights/index.ts';
export type { SchedulerState } from './scheduler/index.ts';
export type { StreamTable } from './stream-table.ts';
export type { Lsn, ReadYourWritesOptions, WaitUntilFreshOptions, WaitUntilFreshResult } from './waiting/index.ts';
export type { StreamTableChange, StreamTableWatcher, WatchedStreamTable, WatchOptions } from './watch/index.ts';
export type {
  DifferentResult,
  FloatTolerance,
  RowCounts,
  RowDifference,
  RowSample,
  UndecidableResult,
  UndecidableReason,
  VerifiedResult,
  VerifyOptions,
  VerifyResult,
} from './verify/index.ts';
