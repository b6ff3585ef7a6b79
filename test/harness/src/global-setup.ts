import { randomBytes } from 'node:crypto';
import type { TestProject } from 'vitest/node';
import type { ProvidedServer } from './provided.ts';
import { asked } from './asked-extension.ts';
import { startServer } from './start-server.ts';
import { withConnection } from './with-connection.ts';

/** Once per run: one server for all packages, and on it the template that test databases are copied from. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer();
  // Of this run alone: several runs may share a server that was named.
  const template = `pgstream_test_template_${randomBytes(6).toString('hex')}`;
  let made: Pick<ProvidedServer, 'extension' | 'isEmulator'>;
  try {
    made = await makeTemplate(server.url, template);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const provided: ProvidedServer = { url: server.url, template, ...made };
  project.provide('pgstream', provided);
  return async () => {
    if (server.kind === 'url') {
      await run(server.url, `DROP DATABASE IF EXISTS ${template} WITH (FORCE)`);
    }
    await server.stop();
  };
}

/** The emulator is plain SQL; the real extension's functions are compiled. */
const EMULATED = `
  SELECT NOT EXISTS (
    SELECT FROM pg_proc p JOIN pg_language l ON l.oid = p.prolang
    WHERE p.pronamespace = n.oid AND l.lanname = 'c'
  ) AS emulated
  FROM pg_namespace n WHERE n.nspname IN ('pgstream', 'pgtrickle')`;

/** Where a server that was named has both, the newer one. */
const AVAILABLE = `
  SELECT a.name FROM pg_available_extensions a WHERE a.name IN ('pg_stream', 'pg_trickle') AND ($1 = '' OR a.name = $1)
  ORDER BY a.name DESC LIMIT 1`;

const INSTALLED = `SELECT extname AS name, extversion AS version FROM pg_extension WHERE extname IN ('pg_stream', 'pg_trickle')`;

/** Makes the template, with the extension that was asked for, or which the server has. */
async function makeTemplate(
  serverUrl: string,
  template: string,
): Promise<Pick<ProvidedServer, 'extension' | 'isEmulator'>> {
  // Not from template1: on a server that was named it may hold anything.
  await run(serverUrl, `CREATE DATABASE ${template} TEMPLATE template0`);
  const url = new URL(serverUrl);
  url.pathname = `/${template}`;
  return await withConnection(url.href, async (client) => {
    const wanted = asked.extension ?? '';
    const available = await client.query<{ name: string }>(AVAILABLE, [wanted]);
    const name = available.rows[0]?.name;
    if (name === undefined)
      throw new Error(`The server of the tests has no extension ${wanted || 'pg_stream or pg_trickle'}.`);
    await client.query(`CREATE EXTENSION ${name}`);
    const { rows } = await client.query<{ emulated: boolean }>(EMULATED);
    const installed = await client.query<ProvidedServer['extension']>(INSTALLED);
    return { extension: installed.rows[0]!, isEmulator: rows[0]?.emulated === true };
  });
}

async function run(url: string, statement: string): Promise<void> {
  await withConnection(url, (client) => client.query(statement));
}
