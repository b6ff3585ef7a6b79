import { randomBytes } from 'node:crypto';
import { escapeIdentifier, escapeLiteral } from 'pg';
import { cleanUpLater } from './clean-up.ts';
import { databaseUrl, server } from './server.ts';
import { withConnection } from './with-connection.ts';

/** A role of a test's own: roles belong to the server, and other files run at the same time. */
export interface TestRole {
  readonly name: string;
  /** A database's URL with this role's name and password. */
  url(database: string): string;
}

/**
 * Makes a role that can log in and nothing else; `attributes` are added as they stand (`'CREATEDB'`). It is dropped when
 * the test that asked for it ends, or at the end of the file, with all it owns and every right it was given.
 */
export async function testRole(attributes = ''): Promise<TestRole> {
  const name = `test_role_${randomBytes(6).toString('hex')}`;
  const password = randomBytes(12).toString('hex');
  cleanUpLater(() => drop(name));
  await withConnection(server.url, (admin) =>
    admin.query(`CREATE ROLE ${escapeIdentifier(name)} LOGIN PASSWORD ${escapeLiteral(password)} ${attributes}`),
  );
  return {
    name,
    url(database) {
      const url = new URL(database);
      url.username = name;
      url.password = password;
      return url.href;
    },
  };
}

const databasesOfRole = `
  SELECT DISTINCT d.datname AS name
  FROM pg_shdepend s JOIN pg_database d ON d.oid = s.dbid
  WHERE s.refclassid = 'pg_authid'::regclass AND s.refobjid = $1::regrole`;

/** A role that still owns something, or has a right, in some database cannot be dropped. */
async function drop(role: string): Promise<void> {
  const quoted = escapeIdentifier(role);
  const { rows } = await withConnection(server.url, (admin) =>
    admin.query<{ name: string }>(databasesOfRole, [quoted]),
  );
  for (const { name } of rows) {
    await withConnection(databaseUrl(name), (client) => client.query(`DROP OWNED BY ${quoted} CASCADE`));
  }
  await withConnection(server.url, (admin) => admin.query(`DROP ROLE ${quoted}`));
}
