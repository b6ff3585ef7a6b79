export {
  metricsRoleSql,
  metricsSql,
  readMetrics,
  type HistoryRange,
  type MetricsReading,
  type MetricsSql,
  type ReadMetricsOptions,
  type RefreshCounts,
  type SourceReading,
  type StreamTableReading,
} from './metrics/index.ts';
