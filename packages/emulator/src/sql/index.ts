import alerts from './alerts.sql';
import alter from './alter.sql';
import capture from './capture.sql';
import catalog from './catalog.sql';
import create from './create.sql';
import ddl from './ddl.sql';
import definingQuery from './defining-query.sql';
import drop from './drop.sql';
import frontier from './frontier.sql';
import hash from './hash.sql';
import identity from './identity.sql';
import lexer from './lexer.sql';
import monitoring from './monitoring.sql';
import names from './names.sql';
import nodes from './nodes.sql';
import query from './query.sql';
import refresh from './refresh.sql';
import schedule from './schedule.sql';
import scheduler from './scheduler.sql';
import settings from './settings.sql';
import storage from './storage.sql';
import views from './views.sql';

/** What `pg_extension.extversion` says: the last pg_stream before its new name (contract A.0). */
export const extensionVersion = '0.1.1';

/** `pg_stream.control` (contract A.0). */
export const controlFile = `comment = 'pg_stream''s SQL API in plain SQL, for development and tests'
default_version = '${extensionVersion}'
relocatable = false
superuser = true
trusted = false
`;

/**
 * `pg_stream--0.1.1.sql`. SQL functions are checked as they are created, so what they call comes before them; the event
 * triggers come last, so that they do not watch their own installation.
 */
export const installScript = [
  catalog,
  settings,
  names,
  schedule,
  hash,
  nodes,
  lexer,
  query,
  views,
  identity,
  storage,
  capture,
  frontier,
  refresh,
  alerts,
  definingQuery,
  create,
  alter,
  drop,
  monitoring,
  scheduler,
  ddl,
].join('\n');
