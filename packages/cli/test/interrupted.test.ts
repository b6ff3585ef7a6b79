import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { extension, testDatabase } from '@pgstream/harness';
import { expect, test } from 'vitest';
import { PROGRAM } from './run.ts';

const database = testDatabase();

test.each(['SIGINT', 'SIGTERM'] as const)(
  '%s ends a command that waits for the server, and says what that means',
  async (signal) => {
    const client = await database.connect();
    await client.query(`BEGIN; LOCK TABLE ${extension.catalog} IN ACCESS EXCLUSIVE MODE`);
    const { PATH, HOME } = process.env;
    const child = spawn(process.execPath, [PROGRAM, 'list', '--json'], {
      env: { PATH, HOME, DATABASE_URL: database.url },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const said = text(child.stderr);
    await expect
      .poll(
        async () => {
          const { rows } = await client.query(
            `SELECT FROM pg_locks WHERE relation = '${extension.catalog}'::regclass AND NOT granted`,
          );
          return rows.length;
        },
        { timeout: 60_000 },
      )
      .toBeGreaterThan(0);
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([130, null]);
    expect(JSON.parse(await said)).toEqual({
      error: {
        code: 'ABORTED',
        exitCode: 130,
        message: 'Interrupted. What the server was asked to do it may still do.',
      },
    });
    await client.query('ROLLBACK');
  },
);
