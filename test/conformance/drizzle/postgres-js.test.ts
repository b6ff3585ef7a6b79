import { drizzle } from 'drizzle-orm/postgres-js';
import { conformance } from '../conformance.ts';
import { drizzleOver } from './driver.ts';
import { CANNOT, overPostgresJs } from './postgres-js.ts';
import { relational045, schema } from './relational.ts';

conformance(
  drizzleOver(
    'postgres.js',
    relational045,
    (url) => overPostgresJs(url, (client) => drizzle({ client, schema }) as never),
    CANNOT,
  ),
);
