import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** PgBouncer refuses to run as root: then it runs as Debian's nobody. */
const NOBODY = 65_534;

/** Debian puts it where not everybody's PATH leads. */
const PROGRAM = '/usr/sbin/pgbouncer';

/** Starts a PgBouncer before a server, and gives the server's URLs as they are through it. */
export async function startPgBouncer(serverUrl, { mode, poolSize }) {
  const folder = await mkdtemp(join(tmpdir(), 'pgstream-pgbouncer-'));
  await chmod(folder, 0o755);
  const port = await freePort();
  const server = new URL(serverUrl);
  await writeFile(join(folder, 'users.txt'), `"${server.username}" ""\n`);
  await writeFile(
    join(folder, 'pgbouncer.ini'),
    `[databases]
* = host=${server.hostname} port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${join(folder, 'users.txt')}
pool_mode = ${mode}
default_pool_size = ${poolSize}
max_client_conn = 200
`,
  );
  const root = process.getuid?.() === 0;
  const program = spawn(PROGRAM, [join(folder, 'pgbouncer.ini')], {
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(root && { uid: NOBODY, gid: NOBODY }),
  });
  const ended = once(program, 'exit');
  // Also where something fails that nobody has foreseen.
  process.once('exit', () => program.kill('SIGTERM'));
  await isUp(program);
  return {
    url(database) {
      const url = new URL(database);
      url.port = String(port);
      return url.href;
    },
    async stop() {
      program.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function isUp(program) {
  let said = '';
  return new Promise((resolve, reject) => {
    program.once('error', (cause) => reject(new Error(`PgBouncer is Debian's package pgbouncer.`, { cause })));
    program.once('exit', () => reject(new Error(`PgBouncer did not start:\n${said}`)));
    program.stderr.on('data', (chunk) => {
      said += chunk;
      if (said.includes('process up: PgBouncer')) resolve();
    });
  });
}

async function freePort() {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address();
  probe.close();
  await once(probe, 'close');
  return port;
}
