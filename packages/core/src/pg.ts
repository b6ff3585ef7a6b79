export { fromPg, type FromPgOptions, type PgClient, type PgPool, type PgQueryable } from './executor/pg.ts';
