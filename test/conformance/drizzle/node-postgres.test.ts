import { drizzle } from 'drizzle-orm/node-postgres';
import { conformance } from '../conformance.ts';
import { drizzleOver } from './driver.ts';
import { overPg } from './node-postgres.ts';
import { relational045, schema } from './relational.ts';

conformance(
  drizzleOver('node-postgres', relational045, (url) => overPg(url, (client) => drizzle({ client, schema }) as never)),
);
