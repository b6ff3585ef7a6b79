// `pgstream generate --dbt` on what a real dbt leaves: dbt-core and dbt-postgres from PyPI run a project whose models are
// stream tables, on the emulator. Needs Python 3 and PyPI, so it is no part of the test command:
//   pnpm exec turbo run build && node test/integrations/dbt/run.mjs
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEmulator } from '@pgstream/emulator';
import pg from 'pg';

const VERSIONS = ['dbt-core==1.11.16', 'dbt-postgres==1.11.0'];
const CLI = join(import.meta.dirname, '../../../packages/cli/dist/cli.mjs');

const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'pgstream-dbt-'));
const emulator = await startEmulator({ scheduler: false });
try {
  await cp(join(import.meta.dirname, 'project'), folder, { recursive: true });
  await run('python3', ['-m', 'venv', 'venv'], { cwd: folder });
  await run('venv/bin/pip', ['install', '--quiet', ...VERSIONS], { cwd: folder });

  const url = await emulator.createDatabase();
  const client = new pg.Client(url);
  await client.connect();
  await client.query('CREATE TABLE public.orders (id int PRIMARY KEY, customer_id int, region text, amount numeric)');
  await client.end();

  const { hostname, port, username, pathname } = new URL(url);
  const profile = {
    type: 'postgres',
    host: hostname,
    port: Number(port),
    user: username,
    password: '',
    dbname: pathname.slice(1),
    schema: 'public',
    threads: 1,
  };
  await writeFile(join(folder, 'profiles.yml'), JSON.stringify({ shop: { target: 'dev', outputs: { dev: profile } } }));
  const dbt = (...args) => run('venv/bin/dbt', [...args, '--profiles-dir', '.'], { cwd: folder });
  console.log((await dbt('run')).stdout);
  await dbt('docs', 'generate');

  const { stdout } = await run(process.execPath, [
    CLI,
    'generate',
    '--orm',
    'typeorm',
    '--url',
    url,
    '--dbt',
    join(folder, 'target'),
  ]);
  console.log(stdout);
  // A test that only warns, or looks at some rows, promises nothing; what is turned off does not either.
  assert.equal(
    stdout.replace(/^.*\n(?:import .*\n)+\n/, ''),
    `@StreamTable({ name: 'daily', schema: 'public' })
export class Daily extends StreamTableEntity {
  @PrimaryColumn('int')
  id!: number;

  /** As it was paid */
  @Column('numeric', { nullable: true })
  amount!: string | null;
}

/** What each customer has ordered */
@StreamTable({ name: 'order_totals', schema: 'public' })
export class OrderTotals extends StreamTableEntity {
  /** Whose orders */
  @PrimaryColumn('int', { name: 'customer_id' })
  customerId!: number;

  @Column('text', { nullable: true })
  region!: string | null;

  @Column('numeric', { nullable: true })
  total!: string | null;
}
`,
  );
  console.log('As expected.');
} finally {
  await emulator.stop();
  await rm(folder, { recursive: true, force: true });
}
