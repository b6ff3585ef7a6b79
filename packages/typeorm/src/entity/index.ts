export type { StreamEntityClass } from './stream-entity-class.ts';
export { type On, StreamTableEntity } from './stream-table-entity.ts';
