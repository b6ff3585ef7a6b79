import { drizzle } from 'drizzle-orm/postgres-js';
import { conformance } from '../../conformance.ts';
import { drizzleOver } from '../driver.ts';
import { CANNOT, overPostgresJs } from '../postgres-js.ts';
import { relational1, relations } from './relational.ts';

conformance(
  drizzleOver(
    'postgres.js',
    relational1,
    (url) => overPostgresJs(url, (client) => drizzle({ client, relations }) as never),
    CANNOT,
  ),
);
