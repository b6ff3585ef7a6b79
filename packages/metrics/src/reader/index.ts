export type { CountFrom } from './counters.ts';
export { Reader, type ReaderOptions, type Rows, type Scrape } from './reader.ts';
