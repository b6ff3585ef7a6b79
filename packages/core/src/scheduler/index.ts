export { schedulersSeen, schedulerState, type SchedulersSeen, type SchedulerState } from './seen.ts';
