export { maintenanceFindings } from './findings.ts';
