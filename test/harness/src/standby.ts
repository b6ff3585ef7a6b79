import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

import { type Client } from 'pg';
import { cleanUpLater } from './clean-up.ts';
import { withConnection } from './with-connection.ts';

const execute = promisify(execFile);

/** A hot standby of a server of ours. */
export interface Standby {
  /** The URL of the database of the primary's URL, there. */
  readonly url: string;
  /** Waits until everything is replayed that the primary has committed when this is called. */
  caughtUp(): Promise<void>;
}

/**
 * A hot standby of an emulator, by the means of PostgreSQL alone: a copy of the data folder between `pg_backup_start()` and
 * `pg_backup_stop()`, and streaming replication. It is stopped at the end of the test or of the file, before the primary is.
 */
export async function startStandby(primaryUrl: string): Promise<Standby> {
  return withConnection(primaryUrl, async (primary) => {
    const { data, bin } = await placesOf(primary);
    // Beside the primary's: the account that PostgreSQL runs as can enter there.
    const folder = await mkdtemp(join(dirname(dirname(data)), 'pgstream-standby-'));
    cleanUpLater(() => rm(folder, { recursive: true, force: true }));
    const copy = join(folder, 'data');
    await primary.query(`SELECT pg_backup_start('standby', fast => true)`);
    await execute('cp', ['-Rp', data, copy]);
    const { rows } = await primary.query<{ labelfile: string }>(
      'SELECT labelfile FROM pg_backup_stop(wait_for_archive => false)',
    );
    await rm(join(copy, 'postmaster.pid'));
    await writeFile(join(copy, 'backup_label'), rows[0]?.labelfile ?? '');
    await writeFile(join(copy, 'standby.signal'), '');

    const owner = await stat(data);
    await execute('chown', ['-R', `${owner.uid}:${owner.gid}`, folder]);
    const port = await freePort();
    const url = new URL(primaryUrl);
    const settings = {
      ...(await settingsOf(data)),
      port: String(port),
      primary_conninfo: `host=${url.hostname} port=${url.port} user=${url.username}`,
      // Replication conflicts are no part of what is tested.
      max_standby_streaming_delay: '-1',
    };
    const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const root = process.getuid?.() === 0;
    const server = spawn(join(bin, 'postgres'), ['-D', copy, ...args], {
      cwd: '/',
      stdio: ['ignore', 'ignore', 'pipe'],
      ...(root && { uid: owner.uid, gid: owner.gid }),
    });
    cleanUpLater(() => stop(server));
    await accepted(server);

    url.port = String(port);
    return { url: url.href, caughtUp: () => caughtUp(primaryUrl, url.href) };
  });
}

async function placesOf(primary: Client): Promise<{ data: string; bin: string }> {
  const { rows } = await primary.query<{ data: string; bin: string }>(
    `SELECT current_setting('data_directory') AS data, setting AS bin FROM pg_config WHERE name = 'BINDIR'`,
  );
  const [places] = rows;
  if (!places) throw new Error('The server does not say where its programs are.');
  return places;
}

/** What the primary was started with: a standby must allow for as many connections, and finds the extension's files. */
async function settingsOf(data: string): Promise<Record<string, string>> {
  const command = await readFile(join(data, 'postmaster.opts'), 'utf8');
  return Object.fromEntries(
    [...command.matchAll(/"-c" "([^=]+)=([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]),
  );
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}

/** Until it accepts connections that read. */
async function accepted(server: ChildProcess): Promise<void> {
  let said = '';
  await new Promise<void>((resolve, reject) => {
    server.stderr?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      if (said.includes('database system is ready to accept read-only connections')) resolve();
    });
    server.once('error', reject);
    server.once('exit', () => reject(new Error(`The standby did not start:\n${said}`)));
  });
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = once(server, 'exit');
  server.kill('SIGQUIT');
  await ended;
}

async function caughtUp(primaryUrl: string, standbyUrl: string): Promise<void> {
  const lsn = await withConnection(primaryUrl, async (primary) => {
    const { rows } = await primary.query<{ lsn: string }>('SELECT pg_current_wal_flush_lsn() AS lsn');
    return rows[0]?.lsn;
  });
  await withConnection(standbyUrl, async (standby) => {
    const isReplayed = 'SELECT pg_last_wal_replay_lsn() >= $1 AS is_replayed';
    while (!(await standby.query<{ is_replayed: boolean }>(isReplayed, [lsn])).rows[0]?.is_replayed) await sleep(10);
  });
}
