export { alterStreamTable, suspendStreamTable, type StreamTableChanges } from './alter.ts';
export { createStreamTable, type StreamTableDefinition } from './create.ts';
export { dropStreamTable, resumeStreamTable, type DropOptions } from './drop.ts';
export type { RefreshMode } from './refresh-mode.ts';
export { readSchedule, type Schedule, type ScheduleInput } from './schedule.ts';
