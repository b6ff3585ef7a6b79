// A Docker to build and run images with: the one at hand, if it has `postgres:18` or can pull it; else one that is started here,
// with a PostgreSQL 18 from Debian that stands in for it. That needs root, and Debian's packages docker.io and debootstrap.
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const run = (file, args, options) => execute(file, args, { maxBuffer: 2 ** 26, ...options });

export const STOCK = 'postgres:18';
/** Of Debian, one whose PostgreSQL is 18; what makes a system of it is called after the one that never changes its name. */
const SUITE = 'forky';
const SCRIPT = '/usr/share/debootstrap/scripts/sid';

/** @returns what runs `docker …`, whether `postgres:18` is a stand-in, and what stops what was started. */
export async function startDocker() {
  if (await succeeds('docker', ['image', 'inspect', STOCK])) return atHand();
  if (await succeeds('docker', ['pull', '--quiet', STOCK])) return atHand();
  return standIn();
}

async function succeeds(file, args, options) {
  return run(file, args, options).then(
    () => true,
    () => false,
  );
}

function atHand() {
  return { standsIn: false, docker: (...args) => run('docker', args), stop: async () => {} };
}

async function standIn() {
  const folder = await mkdtemp(join(tmpdir(), 'pgstream-docker-'));
  const host = `unix://${folder}/docker.sock`;
  // Testcontainers looks here, too; what cleans up after it is an image that cannot be pulled.
  process.env.DOCKER_HOST = host;
  process.env.TESTCONTAINERS_RYUK_DISABLED = 'true';
  // Images are built by the daemon itself: Debian has no other builder.
  const env = { ...process.env, DOCKER_BUILDKIT: '0' };
  const docker = (...args) => run('docker', args, { env });
  const daemon = spawn(
    'dockerd',
    ['--data-root', `${folder}/data`, '--exec-root', `${folder}/exec`, '--pidfile', `${folder}/pid`, '--host', host],
    { stdio: 'ignore' },
  );
  const stop = async () => {
    const ended = new Promise((resolve) => daemon.once('close', resolve));
    daemon.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    while (!(await succeeds('docker', ['info'], { env }))) {
      if (daemon.exitCode !== null) throw new Error('dockerd ended: is it installed, and are you root?');
      await sleep(200);
    }
    await importDebian(folder, docker);
  } catch (error) {
    await stop();
    throw error;
  }
  return { standsIn: true, docker, stop };
}

async function importDebian(folder, docker) {
  const root = join(folder, 'root');
  await run('debootstrap', ['--variant=minbase', '--include=postgresql-18,gosu', SUITE, root, '', SCRIPT]);
  await run('tar', ['--create', '--file', `${root}.tar`, '--directory', root, '.']);
  await rm(root, { recursive: true });
  await docker('import', `${root}.tar`, 'debian-postgresql-18');
  await rm(`${root}.tar`);
  const context = join(folder, 'context');
  await run('cp', ['-r', import.meta.dirname, context]);
  await writeFile(
    join(context, 'Dockerfile'),
    `FROM debian-postgresql-18
ENV LANG=C.UTF-8 PATH=/usr/local/bin:/usr/bin:/usr/sbin:/bin:/sbin:/usr/lib/postgresql/18/bin PGDATA=/var/lib/postgresql/18/docker
RUN mkdir /docker-entrypoint-initdb.d && \\
  sed -i "s/^#listen_addresses = .*/listen_addresses = '*'/" /usr/share/postgresql/18/postgresql.conf.sample
COPY entrypoint.sh /usr/local/bin/docker-entrypoint.sh
ENTRYPOINT ["docker-entrypoint.sh"]
STOPSIGNAL SIGINT
EXPOSE 5432
CMD ["postgres"]
`,
  );
  await docker('build', '--tag', STOCK, context);
}
