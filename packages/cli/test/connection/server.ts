import { type Emulator, startEmulator } from '@pgstream/emulator';
import pg from 'pg';
import { afterAll, beforeAll, vi } from 'vitest';
import { type Authority, authority, type Certificate } from './certificates.ts';

/** A server with TLS, and roles of which each comes in in its own way. */
export interface TlsServer {
  readonly port: number;
  readonly root: Authority;
  /** Of the role `certified`. */
  readonly client: Certificate;
}

/** Who may come in how: over TLS alone, without it alone, with a certificate, with a password. */
const RULES = `
local all all trust
hostssl all tls_only 127.0.0.1/32 trust
hostnossl all plain_only 127.0.0.1/32 trust
hostssl all certified 127.0.0.1/32 cert
host all secret 127.0.0.1/32 scram-sha-256
host all postgres 127.0.0.1/32 trust`;

/** The one password of these tests. */
export const PASSWORD = `it's:a"pass\\w;o#rd%`;

/** A server of the file's own, whose certificate is for `localhost`. */
export function tlsServer(): TlsServer {
  let emulator: Emulator | undefined;
  let port = 0;
  const root = authority('root of the tests');
  const client = root.sign('certified');
  beforeAll(async () => {
    emulator = await startEmulator({ scheduler: false });
    port = Number(new URL(emulator.url).port);
    const { certificate, key } = root.sign('localhost');
    const admin = new pg.Client(emulator.url);
    await admin.connect();
    // By the server, whose account may be another one; in its data folder, where it runs.
    const files = { 'server.crt': certificate, 'server.key': key, 'root.crt': root.certificate, 'pg_hba.conf': RULES };
    for (const [file, content] of Object.entries(files)) {
      const lines = `SELECT pg_catalog.unnest(pg_catalog.string_to_array(${pg.escapeLiteral(content)}, E'\\n'))`;
      await admin.query(`COPY (${lines}) TO PROGRAM 'umask 077; cat > ${file}.new; mv ${file}.new ${file}'`);
    }
    for (const role of ['tls_only', 'plain_only', 'certified']) await admin.query(`CREATE ROLE ${role} LOGIN`);
    await admin.query(`CREATE ROLE secret LOGIN PASSWORD ${pg.escapeLiteral(PASSWORD)}`);
    await admin.query("ALTER SYSTEM SET ssl_ca_file = 'root.crt'");
    await admin.query('ALTER SYSTEM SET ssl = on');
    await admin.query('SELECT pg_reload_conf()');
    // Not at once: the server reads it when it is told.
    await vi.waitUntil(async () => (await admin.query<{ ssl: string }>('SHOW ssl')).rows[0]?.ssl === 'on');
    await admin.end();
  });
  afterAll(() => emulator?.stop());
  return {
    root,
    client,
    get port() {
      return port;
    },
  };
}
