import { escapeIdentifier } from 'pg';
import type { GenericContainer, StartedTestContainer } from 'testcontainers';
import { newDatabase, randomName, withConnection } from '../databases/index.ts';
import { EmulatorError } from '../errors.ts';
import { dataArguments, extensionFiles, maxConnections, temporarySettings } from '../server/index.ts';
import { type ExtensionChoice, type ExtensionName, extensionOf } from '../sql/index.ts';
import type { Docker } from './docker.ts';
import { started, type StartedPgStreamContainer } from './started.ts';

/** What is run where no image is named; the emulator's extension is put into it. */
const stock = { image: 'postgres:18', extensions: '/usr/share/postgresql/18/extension' };

const port = 5432;

export interface ContainerPlan {
  /** Undefined: PostgreSQL's own, with the emulator's extension. */
  readonly image: string | undefined;
  readonly choice: ExtensionChoice;
  readonly password: string;
  configure(container: GenericContainer): GenericContainer;
}

/** Starts a container of the image, and sees to it that database `postgres` has the extension. */
export async function startInDocker(docker: Docker, plan: ContainerPlan): Promise<StartedPgStreamContainer> {
  const { image = stock.image, choice, password } = plan;
  const container = await run(docker, plan, image);
  try {
    const url = `postgres://postgres:${encodeURIComponent(password)}@${container.getHost()}:${container.getMappedPort(port)}/postgres`;
    const extension = await createExtension(url, image, choice.extension);
    return started({
      url,
      container,
      extension,
      createDatabase: (name) => createDatabase(url, extension.name, name),
      stop: () => container.stop(),
    });
  } catch (error) {
    await container.stop();
    throw error;
  }
}

async function run(docker: Docker, plan: ContainerPlan, image: string): Promise<StartedTestContainer> {
  const container = new docker.GenericContainer(image)
    .withEnvironment({ POSTGRES_PASSWORD: plan.password })
    .withExposedPorts(port)
    // Over TCP: the server that the image's entry point sets the data up with listens on a socket only.
    .withHealthCheck({
      test: ['CMD', 'pg_isready', '--host', '127.0.0.1', '--username', 'postgres'],
      interval: 250,
      timeout: 5_000,
      retries: 1_000,
    })
    // The log tells at once of a container that ended.
    .withWaitStrategy(
      docker.Wait.forAll([
        docker.Wait.forLogMessage(/database system is ready to accept connections/),
        docker.Wait.forHealthCheck(),
      ]),
    )
    .withStartupTimeout(120_000);
  if (plan.image === undefined) emulated(container, plan.choice);
  try {
    return await plan.configure(container).start();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new EmulatorError(
      `No container of image ${image} was started. startEmulator() of @pgstream/emulator needs neither image nor Docker. What Docker said: ${reason.trim()}`,
      { cause },
    );
  }
}

/** Puts the emulator's extension and its settings where the image's server finds them. */
function emulated(container: GenericContainer, choice: ExtensionChoice): void {
  const extension = extensionOf(choice);
  const settings = Object.entries({ max_connections: maxConnections, ...temporarySettings });
  container
    .withCopyContentToContainer(
      extensionFiles(extension).map(([name, content]) => ({
        content,
        target: `${stock.extensions}/${name}`,
        mode: 0o644,
      })),
    )
    .withEnvironment({ POSTGRES_INITDB_ARGS: dataArguments(extension.name).join(' ') })
    .withCommand(['postgres', ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])]);
}

/** Of both the one that the image has created, else the newer name's. */
const available = `
  SELECT name FROM pg_available_extensions WHERE name IN ('pg_stream', 'pg_trickle') AND name = coalesce($1, name)
  ORDER BY installed_version IS NULL, name DESC LIMIT 1`;

const installed = 'SELECT extname AS name, extversion AS version FROM pg_extension WHERE extname = $1';

async function createExtension(
  url: string,
  image: string,
  wanted: ExtensionName | undefined,
): Promise<StartedPgStreamContainer['extension']> {
  return await withConnection(url, async (client) => {
    const found = await client.query<{ name: ExtensionName }>(available, [wanted]);
    const name = found.rows[0]?.name;
    if (name === undefined) {
      throw new EmulatorError(
        `Image ${image} has no extension ${wanted ?? 'pg_trickle or pg_stream'}. Name one that has, or none to have the emulator's.`,
      );
    }
    await client.query(`CREATE EXTENSION IF NOT EXISTS ${name}`);
    const { rows } = await client.query<StartedPgStreamContainer['extension']>(installed, [name]);
    return rows[0]!;
  });
}

/** Not from template1, which in somebody's image may hold anything. */
async function createDatabase(serverUrl: string, extension: ExtensionName, name = randomName()): Promise<string> {
  await newDatabase(serverUrl, name, (admin) =>
    admin.query(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE template0`),
  );
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  await withConnection(url.href, (client) => client.query(`CREATE EXTENSION ${extension}`));
  return url.href;
}
