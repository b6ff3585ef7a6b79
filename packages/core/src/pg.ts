export {
  fromPg,
  type FromPgOptions,
  type PgClient,
  type PgPool,
  type PgPoolClient,
  type PgQueryable,
} from './executor/pg.ts';
export { listenWithPg, type PgListeningClient, type PgNotification } from './listener/pg.ts';
