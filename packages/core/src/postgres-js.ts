export {
  fromPostgresJs,
  type FromPostgresJsOptions,
  type PostgresJsQueryable,
  type PostgresJsSql,
} from './executor/postgres-js.ts';
