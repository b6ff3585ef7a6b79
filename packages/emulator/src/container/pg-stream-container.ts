import { randomBytes } from 'node:crypto';
import type { GenericContainer } from 'testcontainers';
import { EmulatorError } from '../errors.ts';
import { type ExtensionChoice, extensionOf } from '../sql/index.ts';
import { reachDocker } from './docker.ts';
import { startEmbedded, tellOfFallback } from './embedded.ts';
import { startInDocker } from './in-docker.ts';
import type { StartedPgStreamContainer } from './started.ts';

/**
 * What to do where Docker cannot be reached: start the embedded emulator and say so once, start it and say nothing, or fail.
 */
export type Fallback = 'warn' | 'silent' | 'never';

/**
 * A PostgreSQL 18 with stream tables for a test, by Testcontainers: an image that has the extension, or, where none is
 * named, `postgres:18` with the emulator's. Where there is no Docker, the emulator runs without it.
 *
 * ```ts
 * await using container = await new PgStreamContainer().start();
 * const pool = new pg.Pool({ connectionString: await container.createDatabase() });
 * ```
 */
export class PgStreamContainer {
  readonly #image: string | undefined;
  #choice: ExtensionChoice = {};
  #password = randomBytes(12).toString('hex');
  #fallback: Fallback = 'warn';
  readonly #changes: ((container: GenericContainer) => GenericContainer)[] = [];

  /**
   * @param image one with PostgreSQL 18 and pg_trickle or pg_stream, whose entry point takes POSTGRES_PASSWORD as that of
   *   `postgres` does. Default: `postgres:18`, with the emulator's extension.
   */
  constructor(image?: string) {
    this.#image = image;
  }

  /**
   * Which extension. Without an image: which one the emulator is, pg_stream by default. Of an image that has both: which one to
   * use, pg_trickle by default; an image has the version that it has.
   */
  withExtension(choice: ExtensionChoice): this {
    this.#choice = choice;
    return this;
  }

  /** Password of the superuser, in a container. Default: a random one. One of your own is needed for `withReuse()`. */
  withPassword(password: string): this {
    this.#password = password;
    return this;
  }

  /** What to do where Docker cannot be reached and no image was named. Default: `warn`. */
  withFallback(fallback: Fallback): this {
    this.#fallback = fallback;
    return this;
  }

  /**
   * Changes the container before it is started, by what Testcontainers has for it: networks, resources, a pull policy, …
   * Not called where there is no Docker.
   */
  withContainer(change: (container: GenericContainer) => GenericContainer): this {
    this.#changes.push(change);
    return this;
  }

  /**
   * Starts it, and waits until database `postgres` has the extension.
   *
   * @throws EmulatorError with a sentence about what is in the way: no package testcontainers, an image and no Docker, an
   *   image that cannot be had or has no such extension.
   */
  async start(): Promise<StartedPgStreamContainer> {
    const image = this.#image;
    const choice = this.#choice;
    if (image === undefined) extensionOf(choice);
    else if (choice.version !== undefined) {
      throw new EmulatorError(
        `Image ${image} has the version of ${choice.extension ?? 'the extension'} that it has: leave version ${choice.version} out, or name another image.`,
      );
    }
    const docker = await reachDocker();
    if (docker !== undefined) {
      return await startInDocker(docker, {
        image,
        choice,
        password: this.#password,
        configure: (container) => this.#changes.reduce((changed, change) => change(changed), container),
      });
    }
    if (image !== undefined) {
      throw new EmulatorError(
        `Docker cannot be reached, and image ${image} needs it: start Docker, or set DOCKER_HOST to where it listens. Where the emulator will do, name no image: it runs without Docker.`,
      );
    }
    if (this.#fallback === 'never') {
      throw new EmulatorError(
        "Docker cannot be reached: start it, or set DOCKER_HOST to where it listens. Without withFallback('never'), or by startEmulator() of @pgstream/emulator, the emulator runs without Docker.",
      );
    }
    if (this.#fallback === 'warn') tellOfFallback();
    return await startEmbedded(choice);
  }
}
