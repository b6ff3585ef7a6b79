export { externalTables, type ExternalTablesOptions } from './external-tables.ts';
