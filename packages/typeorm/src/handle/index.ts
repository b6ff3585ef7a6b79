export { type Connection, dataSourceOf, managerOf } from './connection.ts';
export { fromTypeORM } from './executor.ts';
export { handleOf, nameOf, type StreamTableHandle } from './handle.ts';
export { noteDataSource, onlyDataSourceOf } from './live-data-sources.ts';
