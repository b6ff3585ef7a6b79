export { repairStreamTable, type RepairOptions, type RepairResult, type RepairStep } from './repair.ts';
