import { execFile, spawn } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { age, type Emulator, startEmulator } from '@pgstream/emulator';
import { connect } from '@pgstream/harness';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parseAllDocuments } from 'yaml';

const run = promisify(execFile);
const root = join(import.meta.dirname, '../..');
const manifests = join(root, 'deploy/cnpg');
const cli = join(root, 'packages/cli/dist/cli.mjs');

interface Container {
  readonly command: readonly string[];
  readonly ports?: readonly { readonly containerPort: number }[];
  readonly env: readonly { readonly name: string; readonly valueFrom?: { secretKeyRef: { name: string } } }[];
}

interface Manifest {
  readonly kind: string;
  readonly data?: Readonly<Record<string, string>>;
  readonly spec?: {
    readonly template?: { readonly spec: { readonly containers: readonly Container[] } };
    readonly jobTemplate?: { readonly spec: NonNullable<Manifest['spec']> };
  };
}

async function manifest(file: string, kind: string): Promise<Manifest> {
  const documents = parseAllDocuments(await readFile(join(manifests, file), 'utf8'));
  const found = documents.map((document) => document.toJS() as Manifest).find((each) => each.kind === kind);
  if (found === undefined) throw new Error(`${file} has no ${kind}`);
  return found;
}

async function containerOf(file: string, kind: string): Promise<Container> {
  const { spec } = await manifest(file, kind);
  const template = spec?.template ?? spec?.jobTemplate?.spec.template;
  return template!.spec.containers[0]!;
}

let emulator: Emulator;
let folder: string;
const urls = { admin: '', owner: '', reader: '' };

/** Who a container logs in as: the role whose Secret it has. */
const roles: Readonly<Record<string, string>> = { 'shop-app': 'shop', 'shop-reader': 'shop_reader' };

/** What a container runs, and with which environment. */
function started({ command, env }: Container): { args: string[]; env: NodeJS.ProcessEnv } {
  const secret = env.find(({ name }) => name === 'PGUSER')?.valueFrom?.secretKeyRef.name ?? '';
  const [program, ...args] = command;
  return {
    args:
      program === 'node' ? args : [program === 'node_modules/.bin/pgstream' ? cli : `no program ${program}`, ...args],
    env: {
      PATH: process.env['PATH'],
      PGHOST: '127.0.0.1',
      PGPORT: new URL(emulator.url).port,
      PGDATABASE: 'shop',
      PGUSER: roles[secret],
      PORT: '0',
    },
  };
}

async function runToItsEnd(container: Container): Promise<{ code: number; stdout: string; stderr: string }> {
  const { args, env } = started(container);
  try {
    return { code: 0, ...(await run(process.execPath, args, { cwd: folder, env })) };
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string };
  }
}

// The manifests are of pg_trickle 0.108, whatever the run is about.
beforeAll(async () => {
  emulator = await startEmulator({ extension: 'pg_trickle', scheduler: false });
  const admin = await connect(emulator.url);
  // As the operator makes them.
  await admin.query('CREATE ROLE shop LOGIN; CREATE ROLE shop_reader LOGIN');
  await admin.query('CREATE DATABASE shop OWNER shop TEMPLATE template0');
  await admin.end();
  const url = (user: string): string => emulator.url.replace('postgres@', `${user}@`).replace(/postgres$/, 'shop');
  Object.assign(urls, { admin: url('postgres'), owner: url('shop'), reader: url('shop_reader') });

  folder = await mkdtemp(join(tmpdir(), 'pgstream-kubernetes-'));
  await cp(join(manifests, 'application'), folder, { recursive: true });
  await symlink(join(root, 'test/node_modules'), join(folder, 'node_modules'));
});
afterAll(async () => {
  await emulator?.stop();
  if (folder) await rm(folder, { recursive: true, force: true });
});

describe('on Kubernetes, in the order in which they are applied', () => {
  test('the rights let the owner of the database migrate, again as well', async () => {
    const { data } = await manifest('rights.yaml', 'ConfigMap');
    const superuser = await connect(urls.admin);
    await superuser.query(data!['rights.sql']!);
    await superuser.end();

    const job = await containerOf('application.yaml', 'Job');
    expect(await runToItsEnd(job)).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await runToItsEnd(job)).toEqual({ code: 0, stdout: '', stderr: '' });

    const owner = await connect(urls.owner);
    await owner.query('INSERT INTO orders (customer_id, amount) VALUES (7, 9.50), (7, 3.20)');
    await owner.query(`SELECT pgtrickle.refresh_stream_table('public.order_totals')`);
    await owner.end();
  });

  test('the application reads, and can do nothing else', async () => {
    const { args, env } = started(await containerOf('application.yaml', 'Deployment'));
    const program = spawn(process.execPath, args, { cwd: folder, env, stdio: ['ignore', 'pipe', 'inherit'] });
    const ended = new Promise((resolve) => program.once('exit', (...how) => resolve(how)));
    onTestFinished(() => void program.kill('SIGKILL'));
    let port = '';
    for await (const line of createInterface(program.stdout)) {
      port = /^Listening on port (\d+)\.$/.exec(line)?.[1] ?? '';
      break;
    }
    const get = async (path: string): Promise<unknown> => {
      const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } });
      return { status: response.status, body: await response.json() };
    };
    expect(await get('/livez')).toEqual({ status: 200, body: { alive: true } });
    expect(await get('/readyz')).toEqual({ status: 200, body: { ready: true } });
    expect(await get('/order-totals')).toEqual({
      status: 200,
      body: { asOf: expect.any(String), isStale: false, rows: [{ customer_id: 7, orders: 2, total: '12.70' }] },
    });
    expect(await get('/toString')).toMatchObject({ status: 404 });
    program.kill('SIGTERM');
    expect(await ended).toEqual([0, null]);

    const reader = await connect(urls.reader);
    for (const statement of [
      'INSERT INTO order_totals (customer_id) VALUES (8)',
      'DELETE FROM order_totals',
      'SELECT * FROM orders',
      `SELECT pgtrickle.refresh_stream_table('public.order_totals')`,
    ]) {
      await expect(reader.query(statement)).rejects.toMatchObject({ code: '42501' });
    }
    await reader.end();
  });

  test('the job that looks at its age fails when it is too old', async () => {
    const job = await containerOf('application.yaml', 'CronJob');
    expect(await runToItsEnd(job)).toMatchObject({ code: 0 });
    await age(urls.admin, 'order_totals', 11 * 60_000);
    expect(await runToItsEnd(job)).toMatchObject({ code: 5 });
  });

  test('the refresher refreshes it, with the rights that the owner has', async () => {
    const refresher = await containerOf('refresher.yaml', 'Deployment');
    const port = refresher.command.indexOf('--metrics-port') + 1;
    expect(refresher.command[port]).toBe(String(refresher.ports?.[0]?.containerPort));
    const owner = await connect(urls.owner);
    await owner.query('INSERT INTO orders (customer_id, amount) VALUES (8, 1)');
    const once = [...refresher.command.with(port, '0'), '--once'];
    expect(await runToItsEnd({ ...refresher, command: once })).toMatchObject({ code: 0, stderr: '' });
    expect((await owner.query('SELECT count(*)::int AS customers FROM order_totals')).rows).toEqual([{ customers: 2 }]);
    await owner.end();
  });
});
