export { externalTables, type ExternalTablesOptions, type WithRegistry } from './external-tables.ts';
