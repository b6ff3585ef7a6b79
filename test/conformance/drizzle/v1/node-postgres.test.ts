import { drizzle } from 'drizzle-orm/node-postgres';
import { conformance } from '../../conformance.ts';
import { drizzleOver } from '../driver.ts';
import { overPg } from '../node-postgres.ts';
import { relational1, relations } from './relational.ts';

conformance(
  drizzleOver('node-postgres', relational1, (url) => overPg(url, (client) => drizzle({ client, relations }) as never)),
);
