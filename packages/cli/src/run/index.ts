export { createMetrics, serve } from './metrics.ts';
export { Runner, type Happening } from './runner.ts';
