import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { describe, expect, onTestFinished, test } from 'vitest';
import { emulatorOfTest, valueOf } from './database.ts';
import { folderOfTest } from './installed.ts';
import { built, nothingListens, Program } from './program.ts';

const command = (...args: string[]): Program => new Program([built('cli.mjs'), ...args]);

const urlLine = /^ {2}(postgres:\/\/postgres@127\.0\.0\.1:(\d+)\/postgres)$/m;

describe('pgstream-emulator', () => {
  test.for(['SIGINT', 'SIGTERM'] as const)('tells its URL, runs until %s, and exits with 0', async (signal) => {
    const running = command();
    const url = (await running.printed(urlLine))[1] ?? '';
    await running.printed(/Ctrl\+C/);
    expect(await valueOf(url, 'SELECT 1')).toBe(1);
    running.child.kill(signal);
    expect(await running.ended).toEqual({ code: 0, signal: null });
    expect(running.stdout).toMatch(/Stopping\.\n$/);
    expect(running.stderr).toBe('');
    await nothingListens(url);
  });

  test.for([
    ['--extension', 'pg_stream'],
    ['--extension', 'pg_trickle'],
    ['--extension', 'pg_trickle', '--extension-version', '0.67'],
  ])('what it says to try first works: %s %s %s', async (choice) => {
    const running = command('--no-scheduler', ...choice);
    const url = (await running.printed(urlLine))[1] ?? '';
    const script = (await running.printed(/client:\n([^]*)$/))[1] ?? '';
    // As anybody's client: the script is in the names of what was asked for.
    const client = new Client(url);
    await client.connect();
    onTestFinished(() => client.end());
    await client.query(script);
    expect((await client.query('SELECT customer, total::float FROM order_totals ORDER BY customer')).rows).toEqual([
      { customer: 'Ada', total: 20 },
      { customer: 'Bob', total: 5 },
    ]);
  });

  test('listens on --port, keeps its data in --data-dir', async () => {
    const dataDir = await folderOfTest();
    const first = command('--data-dir', dataDir);
    const [, url = '', port = ''] = await first.printed(urlLine);
    await first.printed(new RegExp(`kept in ${dataDir}`));
    await valueOf(url, 'CREATE TABLE kept ()');
    first.child.kill('SIGINT');
    await first.ended;
    const second = command('--data-dir', dataDir, '--port', port);
    expect((await second.printed(urlLine))[1]).toBe(url);
    expect(await valueOf(url, `SELECT to_regclass('kept')::text`)).toBe('kept');
    second.child.kill('SIGINT');
    await second.ended;
  });

  test('says in one sentence what is in the way, and exits with 1', async () => {
    const { url } = await emulatorOfTest();
    const { port } = new URL(url);
    const running = command('--port', port);
    expect(await running.ended).toEqual({ code: 1, signal: null });
    expect(running.stderr).toBe(
      `pgstream-emulator: Port ${port} on 127.0.0.1 is taken. Give another one, or none to have a free one chosen.\n`,
    );
    expect(running.stdout).toBe('');
  });

  test('writes the extensions as files, which another PostgreSQL 18 can create', async () => {
    const folder = join(await folderOfTest(), 'new');
    const running = command('files', folder);
    expect(await running.ended).toEqual({ code: 0, signal: null });
    expect(running.stdout).toContain(`extension_control_path = '${folder}/share:$system'`);
    expect((await readdir(folder, { recursive: true })).toSorted()).toEqual([
      'pg_stream.conf',
      'pg_trickle.conf',
      'share',
      'share/extension',
      'share/extension/pg_stream--0.1.1.sql',
      'share/extension/pg_stream.control',
      'share/extension/pg_trickle--0.108.3.sql',
      'share/extension/pg_trickle--0.67.0.sql',
      'share/extension/pg_trickle.control',
    ]);
    expect(await readFile(join(folder, 'pg_trickle.conf'), 'utf8')).toContain("pg_trickle.cdc_mode = 'auto'\n");

    const emulator = await emulatorOfTest();
    await valueOf(emulator.url, 'CREATE DATABASE plain TEMPLATE template0');
    const client = new Client(emulator.url.replace(/postgres$/, 'plain'));
    await client.connect();
    onTestFinished(() => client.end());
    await client.query(`SET extension_control_path = '${folder}/share:$system'`);
    const created: unknown[] = [];
    for (const statement of ['pg_stream', 'pg_trickle', "pg_trickle VERSION '0.67.0'"]) {
      await client.query(`BEGIN; CREATE EXTENSION ${statement}`);
      const { rows } = await client.query(
        `SELECT extname, extversion FROM pg_extension WHERE extname LIKE 'pg\\_%' ORDER BY extname`,
      );
      created.push(...rows);
      await client.query('ROLLBACK');
    }
    expect(created).toEqual([
      { extname: 'pg_stream', extversion: '0.1.1' },
      { extname: 'pg_trickle', extversion: '0.108.3' },
      { extname: 'pg_trickle', extversion: '0.67.0' },
    ]);
  });

  test.for([
    [['--port', 'many'], /argument 'many' is invalid\. It is a whole number from 1 to 65535\./],
    [['--prot', '1'], /unknown option '--prot'/],
    [['--extension', 'citus'], /argument 'citus' is invalid\. Allowed choices are pg_stream, pg_trickle\./],
    [['--extension-version', '0.67'], /leave version 0\.67 out, or ask for the extension pg_trickle\./],
  ] as const)('refuses %j', async ([args, complaint]) => {
    const running = command(...args);
    expect((await running.ended).code).toBe(1);
    expect(running.stderr).toMatch(complaint);
    expect(running.stderr).not.toMatch(/\n\s+at /);
  });
});
