export type { HealthFinding, HealthFindingCode } from './finding.ts';
export { health, type Health, type HealthOptions } from './health.ts';
export type { SchedulerState } from './server.ts';
