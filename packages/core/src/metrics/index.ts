export {
  readMetrics,
  type HistoryRange,
  type MetricsReading,
  type ReadMetricsOptions,
  type RefreshCounts,
  type SourceReading,
  type StreamTableReading,
} from './reading.ts';
export { metricsRoleSql, metricsSql, type MetricsSql } from './sql-text.ts';
