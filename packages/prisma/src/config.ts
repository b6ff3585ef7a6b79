export { externalTables, type ExternalTablesOptions } from './external-tables/index.ts';
