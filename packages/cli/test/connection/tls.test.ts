import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { testDatabase } from '@pgstream/harness';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { open } from '../../src/connection/index.ts';
import { authority } from './certificates.ts';
import { tlsServer } from './server.ts';

const withoutTls = testDatabase();
const server = tlsServer();

let home = '';
const files = { root: '', other: '', certificate: '', key: '', openKey: '' };
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'pgstream-tls-'));
  const contents = {
    root: server.root.certificate,
    other: authority('somebody else').certificate,
    certificate: server.client.certificate,
    key: server.client.key,
    openKey: server.client.key,
  };
  for (const name of Object.keys(files) as (keyof typeof files)[]) {
    files[name] = join(home, `${name}.pem`);
    await writeFile(files[name], contents[name], { mode: name === 'openKey' ? 0o644 : 0o600 });
  }
});
afterAll(() => rm(home, { recursive: true }));

beforeEach(() => {
  // No certificates of who runs the tests.
  vi.stubEnv('HOME', home);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** How a connection came about: with TLS, without it, or the error. */
async function connected(url: string): Promise<string> {
  const options = { flags: { url }, configUrl: undefined, password: false };
  const pool = await open(options).catch((error: Error) => error);
  if (pool instanceof Error) return pool.message;
  const { rows } = await pool.query<{ ssl: boolean }>('SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()');
  await pool.end();
  return rows[0]?.ssl === true ? 'TLS' : 'plain';
}

/** A URL of the server with TLS. `$root` and the like are files. */
function urlOf(role: string, words: string, host = '127.0.0.1'): string {
  const filled = words.replaceAll(/\$(\w+)/g, (_, name: keyof typeof files) => encodeURIComponent(files[name]));
  return `postgres://${role}@${host}:${server.port}/postgres?${filled}`;
}

/** A word is the whole outcome, and not a part of a sentence. */
function exactly(outcome: string | RegExp): RegExp {
  return typeof outcome === 'string' ? new RegExp(`^${outcome}$`) : outcome;
}

describe('sslmode, on a server with TLS', () => {
  test.for<[role: string, words: string, host: string, outcome: string | RegExp]>([
    ['postgres', '', '127.0.0.1', 'TLS'],
    ['postgres', 'sslmode=disable', '127.0.0.1', 'plain'],
    ['postgres', 'sslmode=allow', '127.0.0.1', 'plain'],
    ['postgres', 'sslmode=prefer', '127.0.0.1', 'TLS'],
    // The certificate is signed by nobody that Node knows, and names another host: pg refuses all of these.
    ['postgres', 'sslmode=require', '127.0.0.1', 'TLS'],
    ['postgres', 'sslmode=require&sslnegotiation=direct', '127.0.0.1', 'TLS'],
    ['postgres', 'sslmode=verify-ca&sslrootcert=$root', '127.0.0.1', 'TLS'],
    ['postgres', 'sslmode=verify-full&sslrootcert=$root', 'localhost', 'TLS'],
    ['postgres', 'ssl=true', '127.0.0.1', 'TLS'],
    ['postgres', 'sslmode=verify-full&sslrootcert=$root', '127.0.0.1', /certificate .* is for another host/],
    ['postgres', 'sslmode=verify-ca&sslrootcert=$other', '127.0.0.1', /signed by nobody that is trusted/],
    // Who has a root certificate verifies in every mode; prefer then goes on without TLS.
    ['postgres', 'sslmode=require&sslrootcert=$other', '127.0.0.1', /signed by nobody that is trusted/],
    ['postgres', 'sslmode=prefer&sslrootcert=$other', '127.0.0.1', 'plain'],
    [
      'postgres',
      'sslmode=verify-full',
      'localhost',
      /needs root certificates, .*\.postgresql\/root\.crt.*sslrootcert=system/,
    ],
    ['postgres', 'sslrootcert=system', 'localhost', /signed by nobody that is trusted/],
    ['postgres', 'sslmode=require&sslrootcert=system', 'localhost', /too weak for sslrootcert=system/],
    ['postgres', 'sslmode=prefer&sslnegotiation=direct', 'localhost', /too weak for sslnegotiation=direct/],
    ['postgres', 'sslmode=verify-ca&sslrootcert=/nowhere.pem', 'localhost', /\/nowhere\.pem cannot be read/],
    ['postgres', 'sslmode=on', 'localhost', /sslmode is disable, allow, prefer, require, verify-ca, verify-full/],
    ['postgres', 'sslmode=require&ssl_min_protocol_version=TLSv1.3', '127.0.0.1', 'TLS'],
    ['postgres', 'sslmode=require&ssl_min_protocol_version=SSLv3', '127.0.0.1', /TLSv1\.2/],
    ['tls_only', 'sslmode=disable', '127.0.0.1', /does not let tls_only in/],
    ['tls_only', 'sslmode=allow', '127.0.0.1', 'TLS'],
    ['plain_only', 'sslmode=prefer', '127.0.0.1', 'plain'],
    ['plain_only', 'sslmode=require', '127.0.0.1', /does not let plain_only in/],
    ['certified', 'sslmode=require', '127.0.0.1', /does not let certified in|refused the connection/],
    ['certified', 'sslmode=require&sslcert=$certificate&sslkey=$key', '127.0.0.1', 'TLS'],
    [
      'certified',
      'sslmode=require&sslcert=$certificate&sslkey=$openKey',
      '127.0.0.1',
      /can be read by others.*chmod 600/,
    ],
    ['certified', 'sslmode=require&sslcert=$certificate', '127.0.0.1', /but no key|cannot be read/],
  ])('%s ?%s at %s: %s', async ([role, words, host, outcome]) => {
    expect(await connected(urlOf(role, words, host))).toMatch(exactly(outcome));
  });

  test('is also said by PGSSLMODE and PGSSLROOTCERT', async () => {
    vi.stubEnv('PGSSLMODE', 'verify-full');
    vi.stubEnv('PGSSLROOTCERT', files.root);
    expect(await connected(urlOf('postgres', '', 'localhost'))).toBe('TLS');
    expect(await connected(urlOf('postgres', ''))).toMatch(/for another host/);
  });
});

describe('sslmode, on a server without TLS', () => {
  test.for([
    ['', 'plain'],
    ['sslmode=disable', 'plain'],
    ['sslmode=allow', 'plain'],
    ['sslmode=prefer', 'plain'],
    ['sslmode=require', /has no TLS, which sslmode require asks for/],
    ['sslmode=verify-full&sslrootcert=$root', /has no TLS, which sslmode verify-full asks for/],
  ] as const)('?%s: %s', async ([words, outcome]) => {
    const url = new URL(withoutTls.url);
    url.search = words.replace('$root', encodeURIComponent(files.root));
    expect(await connected(url.href)).toMatch(exactly(outcome));
  });
});
