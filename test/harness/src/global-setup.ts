import { randomBytes } from 'node:crypto';
import type { TestProject } from 'vitest/node';
import type { ProvidedServer } from './provided.ts';
import { startServer } from './start-server.ts';
import { withConnection } from './with-connection.ts';

/** Once per run: one server for all packages, and on it the template that test databases are copied from. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startServer();
  // Of this run alone: several runs may share a server that was named.
  const template = `pgstream_test_template_${randomBytes(6).toString('hex')}`;
  let isEmulator: boolean;
  try {
    isEmulator = await makeTemplate(server.url, template);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const provided: ProvidedServer = { url: server.url, template, isEmulator };
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
    WHERE p.pronamespace = 'pgstream'::regnamespace AND l.lanname = 'c'
  ) AS emulated`;

/** Makes the template; true if the extension in it is the emulator's. */
async function makeTemplate(serverUrl: string, template: string): Promise<boolean> {
  // Not from template1: on a server that was named it may hold anything.
  await run(serverUrl, `CREATE DATABASE ${template} TEMPLATE template0`);
  const url = new URL(serverUrl);
  url.pathname = `/${template}`;
  return await withConnection(url.href, async (client) => {
    await client.query('CREATE EXTENSION pg_stream');
    const { rows } = await client.query<{ emulated: boolean }>(EMULATED);
    return rows[0]?.emulated === true;
  });
}

async function run(url: string, statement: string): Promise<void> {
  await withConnection(url, (client) => client.query(statement));
}
