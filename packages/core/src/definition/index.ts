export { alterStreamTable, suspendStreamTable, type StreamTableChanges } from './alter.ts';
export { createStreamTable, scheduleFor, type StreamTableDefinition } from './create.ts';
export { dropStreamTable, resumeStreamTable, type DropOptions } from './drop.ts';
export { checkQuery } from './query.ts';
export { checkHasMode, checkRefreshMode, type RefreshMode } from './refresh-mode.ts';
export { readSchedule, scheduleText, type Schedule, type ScheduleInput } from './schedule.ts';
