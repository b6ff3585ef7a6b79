import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, type ClientConfig, escapeIdentifier } from 'pg';
import { beforeAll } from 'vitest';
import { cleanUpLater } from './clean-up.ts';
import { connect } from './connection.ts';
import { databaseUrl, server } from './server.ts';
import { withConnection } from './with-connection.ts';

/** The database of a test file. */
export interface TestDatabase {
  readonly name: string;
  /** As a superuser. Known at once; the database is there from the file's `beforeAll` on. */
  readonly url: string;
  /** A client that closes by itself: see {@link connect}. */
  connect(config?: ClientConfig): Promise<Client>;
}

/**
 * One database for the test file that calls this at its top level: a copy of the template, with the extension and
 * nothing else. It is made before the file's tests and dropped after all its hooks; a connection that is still open
 * then fails the file.
 */
export function testDatabase(): TestDatabase {
  const name = randomName();
  const url = databaseUrl(name);
  cleanUpLater(() => drop(name));
  beforeAll(() => create(name));
  return { name, url, connect: (config) => connect(url, config) };
}

/**
 * One more database with the extension, at once; returns its URL. It is dropped when the test that asked for it ends,
 * or at the end of the file; a connection that is still open then is a failure.
 */
export async function freshDatabase(): Promise<string> {
  const name = randomName();
  cleanUpLater(() => drop(name));
  await create(name);
  return databaseUrl(name);
}

function randomName(): string {
  return `test_${randomBytes(6).toString('hex')}`;
}

async function create(name: string): Promise<void> {
  const [database, template] = [name, server.template].map((each) => escapeIdentifier(each));
  await withConnection(server.url, (admin) => admin.query(`CREATE DATABASE ${database} TEMPLATE ${template}`));
}

const openConnections = `
  SELECT application_name, state, query
  FROM pg_stat_activity
  WHERE datname = $1 AND backend_type = 'client backend'
  ORDER BY backend_start`;

interface OpenConnection {
  application_name: string;
  state: string | null;
  query: string;
}

async function drop(name: string): Promise<void> {
  await withConnection(server.url, async (admin) => {
    const leaked = await connectionsLeftOpen(admin, name);
    await admin.query(`DROP DATABASE IF EXISTS ${escapeIdentifier(name)} WITH (FORCE)`);
    if (leaked.length > 0) throw new Error(leakSentence(name, leaked));
  });
}

async function connectionsLeftOpen(admin: Client, name: string): Promise<OpenConnection[]> {
  // A client that has just said goodbye is listed until its server process is gone: a moment, not a leak.
  const patienceMs = 2_000;
  const askAgainMs = 20;
  for (let waitedMs = 0; ; waitedMs += askAgainMs) {
    const { rows } = await admin.query<OpenConnection>(openConnections, [name]);
    if (rows.length === 0 || waitedMs >= patienceMs) return rows;
    await sleep(askAgainMs);
  }
}

function leakSentence(name: string, leaked: readonly OpenConnection[]): string {
  const each = leaked.map(
    ({ application_name: application, state, query }) =>
      `  ${application === '' ? 'unnamed application' : application}, ${state ?? 'unknown state'}, last query: ${query === '' ? '(none)' : query.trim().slice(0, 200)}`,
  );
  return [
    `${leaked.length} connection(s) to test database ${name} were left open: end them in the test, or in an afterEach or afterAll hook.`,
    ...each,
  ].join('\n');
}
