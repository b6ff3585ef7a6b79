export { applicationName as schedulerName } from './application-name.ts';
export { type Scheduler, startScheduler } from './launcher.ts';
