import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect, extension, freshDatabase, serverUrl, testDatabase, testRole } from '../src/index.ts';

const db = testDatabase();

const databaseExists = async (name: string): Promise<boolean> => {
  const admin = await connect(serverUrl());
  const { rowCount } = await admin.query('SELECT FROM pg_database WHERE datname = $1', [name]);
  return rowCount === 1;
};

const nameIn = (url: string): string => new URL(url).pathname.slice(1);

describe('the database of a file', () => {
  beforeAll(async () => {
    const client = await db.connect();
    await client.query('CREATE TABLE made_before_all (id int)');
  });

  test('has the extension, and keeps what the file makes in it', async () => {
    const client = await db.connect();
    const { rows } = await client.query(
      `SELECT extname, to_regclass('made_before_all') IS NOT NULL AS kept FROM pg_extension WHERE extname = 'pg_stream'`,
    );
    expect(rows).toEqual([{ extname: extension.name, kept: true }]);
  });

  afterAll(async () => {
    if (!(await databaseExists(db.name))) throw new Error('The database went before the last hook of its file.');
  });
});

describe('a fresh database', () => {
  let name = '';

  test('is there for the test that asks for it', async () => {
    const url = await freshDatabase();
    name = nameIn(url);
    const client = await connect(url);
    const { rows } = await client.query('SELECT current_database() AS name');
    expect(rows).toEqual([{ name }]);
  });

  test('is gone after it', async () => {
    expect(await databaseExists(name)).toBe(false);
  });
});

describe('a role', () => {
  let name = '';

  test('can be given rights, own things and log in', async () => {
    const admin = await db.connect();
    const role = await testRole();
    name = role.name;
    await admin.query(`GRANT CREATE ON SCHEMA public TO ${name}`);
    const client = await connect(role.url(db.url));
    await client.query('CREATE TABLE owned_by_role (id int)');
    const { rows } = await client.query(
      'SELECT current_user AS name, usesuper FROM pg_user WHERE usename = current_user',
    );
    expect(rows).toEqual([{ name, usesuper: false }]);
  });

  test('is gone after the test that asked for it, with all it owned', async () => {
    const admin = await db.connect();
    const { rows } = await admin.query(
      `SELECT to_regclass('owned_by_role') AS owned, EXISTS (SELECT FROM pg_roles WHERE rolname = $1) AS role`,
      [name],
    );
    expect(rows).toEqual([{ owned: null, role: false }]);
  });
});

/** Runs a file that is at fault, in a run of its own. */
async function runFault(file: string): Promise<{ code: unknown; output: string }> {
  const vitest = fileURLToPath(new URL('../../../node_modules/vitest/vitest.mjs', import.meta.url));
  const config = fileURLToPath(new URL('faults/vitest.config.ts', import.meta.url));
  const run = spawn(process.execPath, [vitest, 'run', file, '--config', config, '--reporter=verbose'], {
    env: { PATH: process.env['PATH'], PGSTREAM_TEST_URL: serverUrl(), NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [run.stdout, run.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = await once(run, 'close');
  return { code, output };
}

test('a connection left open fails its file, with a sentence that names application and last query', async () => {
  const { code, output } = await runFault('leak.ts');
  expect(output).toContain('✓ leak.ts > passes, and forgets its connection');
  expect(output).toMatch(/1 connection\(s\) to test database test_\w+ were left open: end them/);
  expect(output).toContain("forgetful, idle, last query: SELECT 'the last thing it asked' AS answer");
  expect(code).toBe(1);
}, 60_000);

test('a query that is sent while another runs on its client fails its file, and names the line', async () => {
  const { code, output } = await runFault('impatient.ts');
  expect(output).toContain('✓ impatient.ts > passes, and awaits nothing before the next query');
  expect(output).toMatch(/A query was sent while another ran[^]*impatient\.ts:8/);
  expect(code).toBe(1);
}, 60_000);
