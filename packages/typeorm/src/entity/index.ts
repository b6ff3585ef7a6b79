export { type On, StreamTableEntity, type StreamEntityClass } from './stream-table-entity.ts';
