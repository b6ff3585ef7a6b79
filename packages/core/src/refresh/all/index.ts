export type { RefreshAllOptions, RefreshAllProgress, RefreshAllReport, RefreshAllResult } from './options.ts';
export { refreshAll } from './refresh-all.ts';
