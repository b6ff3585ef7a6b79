export type { HealthFinding, HealthFindingCode } from './finding.ts';
export { health, type Health, type HealthOptions } from './health.ts';
