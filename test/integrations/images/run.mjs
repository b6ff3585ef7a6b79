// The images of images/, built and run, and PgStreamContainer with them. Needs Docker: see docker.mjs. What cannot be pulled is
// stood in for, which is said. No part of the test command:
//   pnpm exec turbo run build && node test/integrations/images/run.mjs
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { age, extensionNamed } from '@pgstream/emulator';
import { PgStreamContainer } from '@pgstream/emulator/testcontainers';
import pg from 'pg';
import { startDocker, STOCK } from './docker.mjs';

const ROOT = join(import.meta.dirname, '../../..');
const EMULATOR = 'pgstream-test-emulator';
const RECIPE = 'pgstream-test-recipe';
const EXTENSION = 'pgstream-test-extension';

const execute = promisify(execFile);
const node = (program, ...args) => execute(process.execPath, [join(ROOT, program), ...args]);
const { docker, standsIn, stop } = await startDocker();
const folder = await mkdtemp(join(tmpdir(), 'pgstream-images-'));
try {
  const server = await docker('version', '--format', '{{.Server.Version}}');
  const postgres = await docker('run', '--rm', '--entrypoint', 'postgres', STOCK, '--version');
  console.log(
    `Docker ${server.stdout.trim()}; ${STOCK} is ${standsIn ? 'a stand-in' : 'the one at hand'}: ${postgres.stdout.trim()}`,
  );

  await cp(join(ROOT, 'images'), folder, { recursive: true });
  await rm(join(folder, 'emulator/files'), { recursive: true, force: true });
  await node('packages/emulator/dist/cli.mjs', 'files', join(folder, 'emulator/files'));
  await docker('build', '--tag', EMULATOR, join(folder, 'emulator'));
  for (const [name, version] of [
    ['pg_stream', '0.1.1'],
    ['pg_trickle', '0.108.3'],
    ['pg_trickle@0.67', '0.67.0'],
  ]) {
    const emulator = new PgStreamContainer(EMULATOR).withContainer((image) =>
      image.withEnvironment({ PGSTREAM_EXTENSION: name }),
    );
    await running(emulator, async (container) => {
      assert.deepEqual(container.extension, { name: name.replace(/@.*/, ''), version });
      const url = container.getConnectionUri();
      await streams(url);
      // There is no Node in the image, and so no scheduler: the command line stands for it.
      await query(url, 'INSERT INTO orders VALUES (2, 3.50)');
      await age(url, 'order_totals', 10 * 60_000);
      await node('packages/cli/dist/cli.mjs', 'run', '--all', '--once', '--url', url);
      assert.deepEqual(await query(url, 'SELECT total::text FROM order_totals'), [{ total: '13.00' }]);
    });
    console.log(`${EMULATOR}: ${name} ${version} has a stream table, which pgstream run keeps fresh.`);
  }

  const wrong = docker('run', '--rm', '-e', 'POSTGRES_PASSWORD=x', '-e', 'PGSTREAM_EXTENSION=citus', EMULATOR);
  await assert.rejects(wrong, /PGSTREAM_EXTENSION is pg_stream, pg_trickle, .* not 'citus'\./);
  console.log(`${EMULATOR}: another extension is refused with a sentence.`);

  const named = await docker('run', '--detach', '-e', 'POSTGRES_PASSWORD=x', '-e', 'POSTGRES_DB=shop', EMULATOR);
  const id = named.stdout.trim();
  try {
    assert.equal(await extensionsOf(id, 'shop'), 'pg_stream 0.1.1');
    await docker('restart', id);
    assert.equal(await extensionsOf(id, 'shop'), 'pg_stream 0.1.1');
    assert.equal(await extensionsOf(id, 'postgres'), '');
  } finally {
    await docker('rm', '--force', '--volumes', id);
  }
  console.log(`${EMULATOR}: POSTGRES_DB has the extension, after a restart as well, and no other database.`);

  // What it copies stands in for the project's own: the emulator's SQL, and as the library one of PostgreSQL's that can be
  // preloaded and does nothing unless it is told to.
  await writeFile(
    join(folder, 'Dockerfile'),
    `FROM ${STOCK} AS postgres
FROM scratch
COPY --from=postgres /usr/lib/postgresql/18/lib/auth_delay.so /lib/pg_trickle.so
COPY emulator/files/share/ /share/
`,
  );
  await docker('build', '--tag', EXTENSION, folder);
  await docker('build', '--tag', RECIPE, '--build-arg', `EXTENSION_IMAGE=${EXTENSION}`, join(folder, 'extension'));
  await running(new PgStreamContainer(RECIPE), async (container) => {
    assert.equal(container.extension.name, 'pg_trickle');
    const url = await container.createDatabase();
    await streams(url);
    assert.deepEqual(
      await query(
        url,
        `SELECT current_setting('shared_preload_libraries') AS library, current_setting('max_worker_processes') AS workers`,
      ),
      [{ library: 'pg_trickle', workers: '32' }],
    );
  });
  console.log(`${RECIPE}: built and run with a stand-in for the extension's own image.`);

  for (const name of ['pg_stream', 'pg_trickle', 'pg_trickle@0.67']) {
    await running(new PgStreamContainer().withExtension(extensionNamed(name)), async (container) => {
      assert.ok(container.container, 'in Docker');
      await streams(container.getConnectionUri());
      const url = await container.createDatabase('shop');
      await streams(url);
      assert.equal(new URL(url).pathname, '/shop');
      await assert.rejects(container.createDatabase('shop'), /There is a database shop already/);
    });
  }
  console.log('new PgStreamContainer(): each extension, in databases of their own.');

  await assert.rejects(
    new PgStreamContainer(STOCK).start(),
    /^EmulatorError: Image postgres:18 has no extension pg_trickle or pg_stream\./,
  );
  await assert.rejects(
    new PgStreamContainer('localhost:1/no-such-image').start(),
    /^EmulatorError: No container of image localhost:1\/no-such-image was started\./,
  );
  await assert.rejects(
    new PgStreamContainer(EMULATOR).withExtension({ extension: 'pg_trickle', version: '0.67' }).start(),
    /^EmulatorError: Image pgstream-test-emulator has the version of pg_trickle that it has/,
  );
  const left = await docker('ps', '--all', '--quiet', '--filter', 'label=org.testcontainers=true');
  assert.equal(left.stdout, '', 'no container is left');
  console.log('new PgStreamContainer(): what cannot be is told in a sentence, and leaves no container.');

  const suite = ['exec', 'vitest', 'run', 'packages/core/test/catalog.test.ts', 'packages/core/test/freshness.test.ts'];
  const tests = execute('pnpm', suite, {
    cwd: ROOT,
    maxBuffer: 2 ** 26,
    env: { ...process.env, PGSTREAM_TEST_IMAGE: EMULATOR, NO_COLOR: '1' },
  });
  console.log((await tests).stdout.match(/^.*Tests .*$/m)?.[0]);
  console.log('As expected.');
} finally {
  await rm(folder, { recursive: true, force: true });
  await docker('image', 'rm', '--force', EMULATOR, RECIPE, EXTENSION).catch(() => {});
  await stop();
}

async function running(container, work) {
  const started = await container.start();
  try {
    await work(started);
  } finally {
    await started.stop();
  }
}

/** Creates a stream table, and refreshes it by hand, in the names of whichever extension the database has. */
async function streams(url) {
  const [{ nspname: schema }] = await query(
    url,
    `SELECT nspname FROM pg_namespace WHERE nspname IN ('pgstream', 'pgtrickle')`,
  );
  await query(
    url,
    `CREATE TABLE public.orders (id int PRIMARY KEY, amount numeric);
     SELECT ${schema}.create_stream_table(name => 'public.order_totals', schedule => '1m',
       query => 'SELECT sum(amount) AS total FROM public.orders');
     INSERT INTO public.orders VALUES (1, 9.50)`,
  );
  await query(url, `SELECT ${schema}.refresh_stream_table('public.order_totals')`);
  assert.deepEqual(await query(url, 'SELECT total::text FROM order_totals'), [{ total: '9.50' }]);
}

async function query(url, text) {
  const client = new pg.Client(url);
  await client.connect();
  try {
    return (await client.query(text)).rows;
  } finally {
    await client.end();
  }
}

async function extensionsOf(container, database) {
  const text = `SELECT extname || ' ' || extversion FROM pg_extension WHERE extname LIKE 'pg\\_%'`;
  for (let attemptsLeft = 150; ; attemptsLeft -= 1) {
    try {
      // Over TCP: not while the entry point makes the data.
      await docker('exec', container, 'pg_isready', '--host', '127.0.0.1');
      const { stdout } = await docker('exec', '-u', 'postgres', container, 'psql', '-d', database, '-Atc', text);
      return stdout.trim();
    } catch (error) {
      if (attemptsLeft === 0) throw error;
      await execute('sleep', ['0.2']);
    }
  }
}
