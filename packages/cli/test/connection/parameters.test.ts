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
