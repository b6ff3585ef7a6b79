export { confirm, type ConfirmFlags } from './confirm.ts';
export { inDatabase } from './database.ts';
export { command, NAME } from './define.ts';
export { modeOption, oneOf, SCHEDULE_HELP, scheduleArgument } from './definition-arguments.ts';
export { countArgument, durationArgument, intervalArgument } from './durations.ts';
export { addGlobalFlags, type GlobalFlags } from './global-flags.ts';
export { queryFrom, usage } from './query.ts';
export type { Session } from './session.ts';
