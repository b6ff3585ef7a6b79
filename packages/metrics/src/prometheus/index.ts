export { registerMetrics, type RegisteredMetrics, type RegisterOptions } from './collector.ts';
