import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pgstream } from '../run.ts';
import { terminal } from '../terminal.ts';
import { PASSWORD, tlsServer } from './server.ts';

const server = tlsServer();

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgstream-password-'));
  const entry = `127.0.0.1:${server.port}:*:secret:${PASSWORD.replaceAll(/[\\:]/g, '\\$&')}\n`;
  await writeFile(join(folder, 'pgpass'), `# comment\nelsewhere:*:*:*:wrong\n${entry}`, { mode: 0o600 });
  await writeFile(join(folder, 'wrong'), `*:*:*:*:wrong\n`, { mode: 0o600 });
  await writeFile(
    join(folder, 'pg_service.conf'),
    [
      '# Where to.',
      '[other]',
      'host=127.0.0.1',
      'port=1',
      '',
      '[shop]',
      'host=127.0.0.1',
      `port=${server.port}`,
      'user=secret',
      'dbname=postgres',
      `password=${PASSWORD}`,
      '[by_file]',
      'host=127.0.0.1',
      `port=${server.port}`,
      'user=secret',
      'dbname=postgres',
      `passfile=${join(folder, 'pgpass')}`,
      '[broken]',
      'host = 127.0.0.1',
      '',
    ].join('\n'),
  );
});
afterAll(() => rm(folder, { recursive: true }));

/** What of it is said about the connection, but for the password. */
const target = (): string[] => ['-h', '127.0.0.1', '-p', String(server.port), '-U', 'secret', '-d', 'postgres'];

/** `list` needs rights on the extension, which the role has not: that it says so shows that it is in. */
const isIn = { code: 8, out: '', err: expect.stringContaining('GRANT') as string };

describe('a password', () => {
  test('comes from PGPASSWORD, a password file, a service, or the URL', async () => {
    const list = (env: Readonly<Record<string, string>>, args: readonly string[] = target()) =>
      pgstream(['list', ...args], { env: { HOME: folder, ...env } });
    expect(await list({ PGPASSWORD: PASSWORD })).toEqual(isIn);
    expect(await list({ PGPASSFILE: join(folder, 'pgpass') })).toEqual(isIn);
    const PGSERVICEFILE = join(folder, 'pg_service.conf');
    expect(await list({ PGSERVICEFILE, PGSERVICE: 'shop' }, [])).toEqual(isIn);
    expect(await list({ PGSERVICEFILE }, ['--service', 'by_file'])).toEqual(isIn);
    expect(await list({ PGSYSCONFDIR: folder, PGSERVICE: 'shop' }, [])).toEqual(isIn);
    const url = `postgres://secret:${encodeURIComponent(PASSWORD)}@127.0.0.1:${server.port}/postgres`;
    expect(await list({ DATABASE_URL: url }, [])).toEqual(isIn);
    expect(await list({}, ['--url', url])).toEqual(isIn);
    expect(await list({}, ['-d', url])).toEqual(isIn);
  });

  test('that is wrong is refused, and nobody is told what it was', async () => {
    for (const env of [{ PGPASSWORD: 'Fj39!wrong' }, { PGPASSFILE: join(folder, 'wrong') }]) {
      const ran = await pgstream(['list', ...target()], { env: { HOME: folder, ...env } });
      expect(ran).toEqual({
        code: 7,
        out: '',
        err: `pgstream: 127.0.0.1:${server.port} refused the password of secret.\n`,
      });
    }
  });

  test('that nobody knows is asked for in a sentence where there is no terminal', async () => {
    const { code, err } = await pgstream(['list', ...target()], { env: { HOME: folder } });
    expect({ code, err }).toEqual({
      code: 7,
      err: expect.stringMatching(/set PGPASSWORD, .*PGPASSFILE, ~\/\.pgpass, mode 600/),
    });
  });

  test('in a file that others can read is not taken', async () => {
    const file = join(folder, 'open');
    await writeFile(file, `*:*:*:*:${PASSWORD}\n`);
    await chmod(file, 0o644);
    const { code, err } = await pgstream(['list', ...target()], { env: { HOME: folder, PGPASSFILE: file } });
    expect({ code, err }).toEqual({ code: 7, err: expect.stringContaining('has group or world access') });
  });
});

describe('a password that is typed', () => {
  test('is asked for, and never shown', async () => {
    const { type, shows, raw, ended } = terminal(['list', ...target()], { env: { HOME: folder } });
    await shows(/Password of secret at 127\.0\.0\.1/);
    type(PASSWORD);
    type('\r');
    expect(await ended).toBe(8);
    await shows(/GRANT/);
    expect(raw()).not.toContain('pass\\w');
  });

  test('that is wrong ends with 7', async () => {
    const { type, shows, ended } = terminal(['list', ...target()], { env: { HOME: folder } });
    await shows(/Password of secret/);
    type('wrong\r');
    await shows(/refused the password of secret/);
    expect(await ended).toBe(7);
  });

  test('is not asked for with -w, and first with -W; Ctrl-C ends with 130', async () => {
    const never = terminal(['list', ...target(), '-w'], { env: { HOME: folder } });
    await never.shows(/set PGPASSWORD/);
    expect(await never.ended).toBe(7);
    const first = terminal(['list', '-h', '127.0.0.1', '-W'], { env: { HOME: folder } });
    await first.shows(/Password of/);
    first.type('\u0003');
    expect(await first.ended).toBe(130);
  });
});

test('a key for completion asks for none', async () => {
  const { ended, text } = terminal(['complete', '--', ...target(), 'status', ''], { env: { HOME: folder } });
  expect(await ended).toBe(0);
  expect(text()).toBe(':4\r\n');
});

describe('a URL with a password', () => {
  test.runIf(process.platform === 'linux')(
    'is gone from the list of processes as soon as the program runs (Linux)',
    async () => {
      const url = `postgres://postgres:hidden@127.0.0.1:${server.port}/postgres`;
      const { pid, shows, type, ended } = terminal(['list', '--url', url, '-W'], { env: { HOME: folder } });
      await shows(/Password of postgres/);
      expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).toMatch(/^pgstream\0*$/);
      type('any\r');
      expect(await ended).toBe(0);
    },
  );

  test.for([
    'postgres://postgres:hidden@127.0.0.1:1/postgres',
    'postgres://postgres:hid/den@127.0.0.1:5432/postgres',
    'postgres://postgres:hidden@one:5432,two:5432/postgres',
    'mysql://root:hidden@127.0.0.1/x',
  ])('is in no message: %s', async (url) => {
    for (const flags of [[], ['--json']]) {
      const { code, out, err } = await pgstream(['list', '--url', url, ...flags], { env: { HOME: folder } });
      expect(code).toBeGreaterThan(0);
      expect(out + err).not.toMatch(/hidden|hid\/den|den@/);
    }
  });
});

describe('a service', () => {
  test.for([
    ['missing', 2, /There is no service "missing" in .*pg_service\.conf/],
    ['broken', 2, /Line \d+ of .*pg_service\.conf cannot be used: .* without blanks around the =/],
    ['other', 7, /Nothing answers at 127\.0\.0\.1:1\./],
  ] as const)('%s ends with %i', async ([service, code, says]) => {
    const env = { HOME: folder, PGSERVICEFILE: join(folder, 'pg_service.conf') };
    const ran = await pgstream(['list', '--service', service], { env });
    expect({ code: ran.code, err: ran.err }).toEqual({ code, err: expect.stringMatching(says) });
  });
});
