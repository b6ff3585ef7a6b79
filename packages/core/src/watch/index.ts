export type { StreamTableChange, WatchedStreamTable } from './knowledge.ts';
export type { WatchOptions } from './options.ts';
export { watchStreamTables, type StreamTableWatcher } from './watch.ts';
