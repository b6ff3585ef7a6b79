export { COLLECTED, METRICS, PREFIX, SCRAPE_METRICS, type Metric } from './table.ts';
