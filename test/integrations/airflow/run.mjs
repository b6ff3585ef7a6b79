// The DAGs of docs/integrations/airflow.md, under a real Airflow from PyPI, on the emulator. Needs Python 3 and PyPI, so it is
// no part of the test command:
//   pnpm exec turbo run build && node test/integrations/airflow/run.mjs
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startEmulator } from '@pgstream/emulator';
import pg from 'pg';

const VERSIONS = ['apache-airflow==3.3.2', 'apache-airflow-providers-standard==1.21.0'];
const ROOT = join(import.meta.dirname, '../../..');

const run = promisify(execFile);
const folder = await mkdtemp(join(tmpdir(), 'pgstream-airflow-'));
const emulator = await startEmulator({ scheduler: false });
const url = await emulator.createDatabase();
const client = new pg.Client(url);
try {
  await client.connect();
  await client.query(`
    CREATE TABLE public.orders (id int PRIMARY KEY, customer_id int, amount numeric);
    SELECT pgstream.create_stream_table('public.order_totals',
      'SELECT customer_id, sum(amount) AS total FROM public.orders GROUP BY customer_id', '5m')`);

  await run('python3', ['-m', 'venv', 'venv'], { cwd: folder });
  await run('venv/bin/pip', ['install', '--quiet', ...VERSIONS], { cwd: folder, maxBuffer: 2 ** 26 });
  await mkdir(join(folder, 'bin'));
  await symlink(join(ROOT, 'packages/cli/dist/cli.mjs'), join(folder, 'bin/pgstream'));
  await mkdir(join(folder, 'dags'));
  for (const [file, code] of await dagsOfTheGuide()) await writeFile(join(folder, 'dags', file), code);
  await airflow(['db', 'migrate']);

  await age('10 minutes');
  const waiting = dag('orders_report');
  // It looks at least once, and finds it stale.
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  await client.query(`SELECT pgstream.refresh_stream_table('public.order_totals')`);
  const waited = await waiting;
  assert.match(waited, /marking task as UP_FOR_RESCHEDULE/i, 'the sensor has looked again');
  assert.match(waited, /state=success/i);
  console.log('orders_report: it waited until the stream table was fresh, and went on.');

  await age('10 minutes');
  assert.match(await dag('refreshed_report'), /state=success/i);
  const { rows } = await client.query(
    `SELECT last_refresh_at > now() - interval '5 minutes' AS is_fresh FROM pgstream.pgs_stream_tables`,
  );
  assert.deepEqual(rows, [{ is_fresh: true }]);
  console.log('refreshed_report: it refreshed, and went on.');

  await client.query(`SELECT pgstream.drop_stream_table('public.order_totals')`);
  const since = performance.now();
  assert.match(await dag('orders_report'), /Command exited with return code 3/);
  assert.ok(performance.now() - since < 60_000, 'and not after the timeout of ten minutes');
  console.log('orders_report: a name that is not there fails at once.');
} finally {
  await client.end();
  await emulator.stop();
  await rm(folder, { recursive: true, force: true });
}

/** The DAGs as the guide has them; what they do with the stream table is of no account here. */
async function dagsOfTheGuide() {
  const guide = await readFile(join(ROOT, 'docs/integrations/airflow.md'), 'utf8');
  const blocks = [...guide.matchAll(/^```python\n# (\S+)\n(.*?)^```$/gms)];
  assert.equal(blocks.length, 2);
  return blocks.map(([, file, code]) => [
    file,
    code.replaceAll(/psql .* -f report\.sql"/g, 'echo reported"').replace('seconds=30', 'seconds=2'),
  ]);
}

async function age(interval) {
  await client.query(
    `UPDATE pgstream.pgs_stream_tables SET data_timestamp = now() - $1::interval, last_refresh_at = now() - $1::interval`,
    [interval],
  );
}

/** Runs a DAG from its beginning to its end, and gives what was printed, whatever came of it. */
async function dag(id) {
  return await airflow(['dags', 'test', id]);
}

async function airflow(args) {
  const env = {
    ...process.env,
    PATH: `${join(folder, 'bin')}:${join(folder, 'venv/bin')}:${process.env.PATH}`,
    AIRFLOW_HOME: folder,
    AIRFLOW_CONN_SHOP: url,
    AIRFLOW__CORE__DAGS_FOLDER: join(folder, 'dags'),
    AIRFLOW__CORE__LOAD_EXAMPLES: 'False',
  };
  return await new Promise((resolve) => {
    execFile('venv/bin/airflow', args, { cwd: folder, env, maxBuffer: 2 ** 26 }, (_, out, err) => resolve(out + err));
  });
}
