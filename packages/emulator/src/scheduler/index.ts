export { type Scheduler, startScheduler } from './launcher.ts';
