import { PgStreamContainer, type StartedPgStreamContainer } from '@pgstream/emulator/testcontainers';
import { extension, inItsNames, sameExtension } from '@pgstream/harness';
import { type GenericContainer, getContainerRuntimeClient } from 'testcontainers';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { valueOf } from '../server/database.ts';
import { built, program } from '../server/program.ts';

// Containers are started by test/integrations/images.
const hasDocker = await getContainerRuntimeClient().then(
  () => true,
  () => false,
);

async function startOfTest(container: PgStreamContainer): Promise<StartedPgStreamContainer> {
  const started = await container.start();
  onTestFinished(() => started.stop());
  return started;
}

describe.skipIf(hasDocker)('PgStreamContainer without Docker (left out where there is one)', () => {
  test('is the emulator, seen as a container is', async () => {
    const container = await startOfTest(
      new PgStreamContainer().withExtension(sameExtension).withPassword('secret').withFallback('silent'),
    );
    const url = container.getConnectionUri();
    expect(url).toBe(`postgres://postgres@127.0.0.1:${container.getPort()}/postgres`);
    expect({
      host: container.getHost(),
      database: container.getDatabase(),
      username: container.getUsername(),
      password: container.getPassword(),
      container: container.container,
      extension: container.extension,
    }).toEqual({
      host: '127.0.0.1',
      database: 'postgres',
      username: 'postgres',
      password: '',
      container: undefined,
      extension: { name: extension.name, version: extension.version },
    });
    const version = 'SELECT extversion FROM pg_extension WHERE extname = ';
    expect(await valueOf(url, `${version}'${extension.name}'`)).toBe(extension.version);

    const [shop, other] = [await container.createDatabase('shop'), await container.createDatabase()];
    expect(new URL(shop).pathname).toBe('/shop');
    for (const database of [shop, other]) {
      await valueOf(database, 'CREATE TABLE public.orders (id int PRIMARY KEY)');
      await valueOf(
        database,
        inItsNames(`SELECT pgstream.create_stream_table('public.ids', 'SELECT id FROM public.orders', '5m')`),
      );
    }
    await expect(container.createDatabase('shop')).rejects.toThrow('There is a database shop already.');

    await Promise.all([container.stop(), container[Symbol.asyncDispose]()]);
    await expect(valueOf(shop, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await expect(container.createDatabase()).rejects.toThrow('The server is not running any more: start another.');
  });

  test('warns once, by a code that Node can be told to leave out', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    onTestFinished(() => warn.mockRestore());
    await startOfTest(new PgStreamContainer().withFallback('silent'));
    expect(warn).not.toHaveBeenCalled();
    await startOfTest(new PgStreamContainer());
    await startOfTest(new PgStreamContainer());
    expect(warn.mock.calls).toEqual([
      [
        expect.stringMatching(/^Docker cannot be reached, so PgStreamContainer starts the embedded emulator: .*silent/),
        { type: 'PgStreamWarning', code: 'PGSTREAM_WITHOUT_DOCKER' },
      ],
    ]);
  });

  test('fails where it is told to, and where an image was named', async () => {
    await expect(new PgStreamContainer().withFallback('never').start()).rejects.toMatchObject({
      name: 'EmulatorError',
      message: expect.stringMatching(/^Docker cannot be reached: start it, or set DOCKER_HOST .* startEmulator\(\)/),
    });
    await expect(new PgStreamContainer('example/pg_trickle:1').start()).rejects.toMatchObject({
      name: 'EmulatorError',
      message: expect.stringMatching(
        /^Docker cannot be reached, and image example\/pg_trickle:1 needs it: start Docker/,
      ),
    });
  });

  test('changes no container, as there is none', async () => {
    const change = vi.fn<(container: GenericContainer) => GenericContainer>();
    await startOfTest(new PgStreamContainer().withContainer(change).withFallback('silent'));
    expect(change).not.toHaveBeenCalled();
  });
});

describe('PgStreamContainer', () => {
  test('refuses an extension that there is no emulation of, and a version of an image', async () => {
    const unknown = new PgStreamContainer().withExtension({ extension: 'pg_trickle', version: '0.1' as '0.67' });
    await expect(unknown.start()).rejects.toThrow('There is no emulation of pg_trickle 0.1');
    const image = new PgStreamContainer('example/pg_trickle:1').withExtension({ version: '0.67' });
    await expect(image.start()).rejects.toThrow(
      'Image example/pg_trickle:1 has the version of the extension that it has: leave version 0.67 out',
    );
  });

  test('says what to install where Testcontainers is missing', async () => {
    // As Node answers where it is not installed.
    const hide = `
      import { register } from 'node:module';
      const loader = 'data:text/javascript,' + encodeURIComponent(\`
        export async function resolve(specifier, context, next) {
          if (specifier !== 'testcontainers') return next(specifier, context);
          throw Object.assign(new Error("Cannot find package 'testcontainers'"), { code: 'ERR_MODULE_NOT_FOUND' });
        }\`);
      register(loader);`;
    const running = program(`${hide}
      const { PgStreamContainer } = await import(${JSON.stringify(built('testcontainers.mjs'))});
      await new PgStreamContainer().start().catch((error) => console.log(String(error)));`);
    expect(await running.ended).toEqual({ code: 0, signal: null });
    expect(running.stdout).toMatch(
      /^EmulatorError: PgStreamContainer needs the package testcontainers: npm install --save-dev testcontainers\./,
    );
  });
});
