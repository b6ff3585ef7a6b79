export {
  fromPostgresJs,
  type FromPostgresJsOptions,
  type PostgresJsQueryable,
  type PostgresJsReserved,
  type PostgresJsSql,
} from './executor/postgres-js.ts';
export { listenWithPostgresJs, type PostgresJsListening } from './listener/postgres-js.ts';
