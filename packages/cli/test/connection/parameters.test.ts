import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type ConnectionFlags, findTarget } from '../../src/connection/parameters.ts';

const URL_OF_APPLICATION = 'postgres://app:secret@db.example.com:6000/shop?schema=public&pgbouncer=true';

/** Where it would connect. */
async function targetOf(
  flags: ConnectionFlags,
  env: Readonly<Record<string, string>>,
  configUrl?: string,
): Promise<string> {
  const { host, port, user, dbname, password } = await findTarget(flags, configUrl, env);
  return `${user}${password === undefined ? '' : `:${password}`}@${host}:${port}/${dbname}`;
}

describe('where it connects', () => {
  test.for<[says: string, flags: ConnectionFlags, env: Readonly<Record<string, string>>, target: string]>([
    ['DATABASE_URL', {}, { DATABASE_URL: URL_OF_APPLICATION }, 'app:secret@db.example.com:6000/shop'],
    [
      '-d takes another database of it',
      { dbname: 'other' },
      { DATABASE_URL: URL_OF_APPLICATION },
      'app:secret@db.example.com:6000/other',
    ],
    // Its password is for nobody else.
    [
      '-h goes elsewhere',
      { host: 'localhost', username: 'me' },
      { DATABASE_URL: URL_OF_APPLICATION },
      'me@localhost:5432/me',
    ],
    ['-U is somebody else', { username: 'me', host: 'h' }, { DATABASE_URL: URL_OF_APPLICATION }, 'me@h:5432/me'],
    ['--url goes before DATABASE_URL', { url: 'postgres://a@b/c' }, { DATABASE_URL: URL_OF_APPLICATION }, 'a@b:5432/c'],
    ['-d may be a URL', { dbname: 'postgresql://a@b/c' }, {}, 'a@b:5432/c'],
    ['the PG* variables', {}, { PGHOST: 'h', PGPORT: '1', PGUSER: 'u', PGDATABASE: 'd', PGPASSWORD: 'p' }, 'u:p@h:1/d'],
    ['what a URL leaves out', { url: 'postgres://b/c' }, { PGUSER: 'u', PGPORT: '1', PGPASSWORD: 'p' }, 'u:p@b:1/c'],
    ['flags before variables', { port: '2' }, { PGHOST: 'h', PGPORT: '1', PGUSER: 'u' }, 'u@h:2/u'],
    ['a socket in a URL', { url: 'postgresql:///d?host=/run/pg&user=u' }, {}, 'u@/run/pg:5432/d'],
    ['a socket, encoded', { url: 'postgresql://u@%2Frun%2Fpg/d' }, {}, 'u@/run/pg:5432/d'],
    ['IPv6', { url: 'postgres://u@[::1]:5433/d' }, {}, 'u@::1:5433/d'],
    ['what is encoded', { url: 'postgres://u%40x:p%3A%2F%23@h/d%20b' }, {}, 'u@x:p:/#@h:5432/d b'],
    [
      'variables that are empty',
      { host: 'h', username: 'u' },
      { DATABASE_URL: '', PGPORT: '', PGSERVICE: '' },
      'u@h:5432/u',
    ],
  ])('%s', async ([, flags, env, target]) => {
    expect(await targetOf(flags, env)).toBe(target);
  });

  test.for<[says: string, flags: ConnectionFlags, env: Readonly<Record<string, string>>, target: string]>([
    ['--url', { url: 'host=h port=6000 user=u dbname=d' }, {}, 'u@h:6000/d'],
    ['-d', { dbname: "user=u host=h password='a b' dbname=d" }, {}, 'u:a b@h:5432/d'],
    ['DATABASE_URL', {}, { DATABASE_URL: 'host=h user=u' }, 'u@h:5432/u'],
    ['--url, and -d for another database', { url: 'host=h user=u dbname=d', dbname: 'e' }, {}, 'u@h:5432/e'],
    ['-d, which goes before -h and -U', { dbname: 'host=h user=u', host: 'i', username: 'v' }, {}, 'u@h:5432/u'],
    ['-d with a URL, which does, too', { dbname: 'postgres://u@h/d', host: 'i', port: '1' }, {}, 'u@h:1/d'],
    ['-d, before the variables', { dbname: 'host=h' }, { PGHOST: 'i', PGUSER: 'u', PGDATABASE: 'd' }, 'u@h:5432/d'],
    [
      'what is empty is as if it were not said',
      { dbname: "host=h user=u dbname=''" },
      { PGDATABASE: 'd' },
      'u@h:5432/d',
    ],
    ['what says nothing of where', { dbname: 'host=h user=u keepalives=1 client_encoding=UTF8' }, {}, 'u@h:5432/u'],
  ])('a string of keywords: %s', async ([, flags, env, target]) => {
    expect(await targetOf(flags, env)).toBe(target);
  });

  test.for<[flags: ConnectionFlags, says: RegExp]>([
    [{ dbname: 'hots=secret' }, /has a keyword that means nothing here/],
    [{ dbname: "host='secret" }, /does not end with one/],
    [{ dbname: 'host=h secret' }, /followed by =/],
    [{ dbname: 'host=h target_session_attrs=read-write' }, /is not supported/],
    [{ dbname: 'host=h', url: 'postgres://secret@h/d' }, /one connection string/],
    [{ url: 'secret' }, /begins with postgres:/],
    [{ dbname: 'host=secret,h' }, /Several hosts/],
    [{ dbname: 'host=h port=secret' }, /The port is a number/],
    [{ host: 'h', port: '99999' }, /The port is a number from 1 to 65535/],
    [{ dbname: 'host=h connect_timeout=secret' }, /a number of seconds/],
  ])('what cannot be used is refused, and not repeated: %j', async ([flags, says]) => {
    const error: unknown = await targetOf(flags, {}).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ exitCode: 2, message: expect.stringMatching(says) });
    expect((error as Error).message).not.toContain('secret');
  });

  test('a service that a connection string names is asked', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pgstream-service-'));
    const PGSERVICEFILE = join(folder, 'pg_service.conf');
    await writeFile(PGSERVICEFILE, '[shop]\nhost=h\nuser=u\ndbname=d\n');
    for (const dbname of ['service=shop dbname=e', 'postgres:///e?service=shop']) {
      expect(await targetOf({ dbname }, { PGSERVICEFILE })).toBe('u@h:5432/e');
    }
    // As psql has it, PGSERVICE is for what the string does not say.
    expect(await targetOf({ dbname: 'dbname=e' }, { PGSERVICEFILE, PGSERVICE: 'shop' })).toBe('u@h:5432/e');
    await rm(folder, { recursive: true });
  });

  test('the URL of a configuration goes before DATABASE_URL', async () => {
    expect(await targetOf({}, { DATABASE_URL: URL_OF_APPLICATION }, 'postgres://a@b/c')).toBe('a@b:5432/c');
    expect(await targetOf({ host: 'h', username: 'u' }, {}, 'postgres://a@b/c')).toBe('u@h:5432/u');
  });

  test.for<[env: Readonly<Record<string, string>>, url: string]>([
    [{ PGREQUIREPEER: 'postgres' }, 'postgres://h/d'],
    [{ PGHOSTADDR: '127.0.0.1' }, 'postgres://h/d'],
    [{}, 'postgres://h/d?target_session_attrs=read-write'],
    [{}, 'postgres://h/d?require_auth=scram-sha-256'],
  ])('what libpq would do and pgstream cannot is refused: %j %s', async ([env, url]) => {
    await expect(targetOf({ url }, env)).rejects.toThrow(/is not supported/);
  });

  test('what changes nothing is not', async () => {
    expect(await targetOf({ url: 'postgres://u@h/d?target_session_attrs=any&gssencmode=prefer' }, {})).toBe(
      'u@h:5432/d',
    );
  });
});
