import { readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import * as tls from 'node:tls';
import { CliError, EXIT } from '../exit/index.ts';
import type { Target } from './parameters.ts';

const MODES = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'] as const;

type SslMode = (typeof MODES)[number];

/** What a connection is tried with: TLS as it says, or none. */
export type Encryption = tls.ConnectionOptions | false;

/**
 * What to try, in this order, as libpq's `sslmode` means it. `pg` reads the same words as something else: there `prefer`,
 * `require` and `verify-ca` all verify certificate and host name, and nothing falls back.
 *
 * | sslmode | encryption | certificate |
 * |---|---|---|
 * | `disable` | none | |
 * | `allow` | none, and TLS where the server refuses that | is not looked at without a root certificate |
 * | `prefer` (default) | TLS, and none where the server has none | the same |
 * | `require` | TLS | the same |
 * | `verify-ca` | TLS | is signed by a root certificate |
 * | `verify-full` | TLS | the same, and names the host |
 *
 * A socket is never encrypted.
 */
export async function encryptions(target: Target): Promise<readonly Encryption[]> {
  const mode = modeOf(target);
  if (mode === 'disable' || target.host.startsWith('/')) return [false];
  const options = await tlsOptions(target, mode);
  if (mode === 'allow') return [false, options];
  return mode === 'prefer' ? [options, false] : [options];
}

function modeOf({ sslmode, sslrootcert, sslnegotiation }: Target): SslMode {
  const fromSystem = sslrootcert === 'system';
  const mode = sslmode ?? (fromSystem ? 'verify-full' : 'prefer');
  if (!isMode(mode)) throw unusable(`sslmode is ${MODES.join(', ')}.`);
  // Who trusts every public authority has to ask for the name.
  if (fromSystem && mode !== 'verify-full')
    throw unusable(`sslmode ${mode} is too weak for sslrootcert=system: say verify-full, or leave sslmode out.`);
  if (sslnegotiation === 'direct' && ['disable', 'allow', 'prefer'].includes(mode))
    throw unusable(`sslmode ${mode} is too weak for sslnegotiation=direct: say require, verify-ca or verify-full.`);
  return mode;
}

function isMode(text: string): text is SslMode {
  return (MODES as readonly string[]).includes(text);
}

async function tlsOptions(target: Target, mode: SslMode): Promise<tls.ConnectionOptions> {
  const { sslcert, sslkey, sslpassword, sslcrl } = target;
  const ca = await authorities(target, mode);
  const cert = await fileOrNone(sslcert, 'postgresql.crt');
  return {
    ...(ca !== undefined && { ca }),
    // As libpq: whoever has a root certificate verifies, whatever the mode.
    rejectUnauthorized: ca !== undefined,
    ...(mode !== 'verify-full' && { checkServerIdentity: () => undefined }),
    ...(cert !== undefined && { cert, key: await keyOf(sslkey) }),
    ...(sslpassword !== undefined && { passphrase: sslpassword }),
    ...(sslcrl !== undefined && { crl: await fileOrNone(sslcrl, 'root.crl') }),
    ...protocol('minVersion', target.ssl_min_protocol_version),
    ...protocol('maxVersion', target.ssl_max_protocol_version),
  };
}

/** Who may sign the server's certificate; undefined if nobody has to. */
async function authorities({ sslrootcert }: Target, mode: SslMode): Promise<tls.ConnectionOptions['ca'] | undefined> {
  if (sslrootcert === 'system') return systemAuthorities();
  const ca = await fileOrNone(sslrootcert, 'root.crt');
  if (ca !== undefined || !mode.startsWith('verify')) return ca;
  throw unusable(
    `sslmode ${mode} needs root certificates, and there is no ${postgresqlFile('root.crt')}. Name a file (sslrootcert, PGSSLROOTCERT), or use the system's with sslrootcert=system.`,
  );
}

/** Those that Node trusts, NODE_EXTRA_CA_CERTS among them, and from Node 22.15 on those of the system. */
function systemAuthorities(): string[] {
  const { getCACertificates } = tls as { getCACertificates?: (type: 'default' | 'system') => string[] };
  if (!getCACertificates) return [...tls.rootCertificates];
  return [...new Set([...getCACertificates('default'), ...getCACertificates('system')])];
}

async function keyOf(named: string | undefined): Promise<string> {
  const file = named ?? postgresqlFile('postgresql.key');
  const key = await fileOrNone(file, 'postgresql.key');
  if (key === undefined) throw unusable(`There is a client certificate, but no key ${file}.`);
  const { mode, uid } = await stat(file);
  if (process.platform !== 'win32' && (mode & (uid === 0 ? 0o037 : 0o077)) !== 0) {
    throw unusable(`The key ${file} can be read by others, who could pass for you. chmod 600 ${file}`);
  }
  return key;
}

/** A file that was named has to be there; the one in the home folder need not. */
async function fileOrNone(named: string | undefined, standard: string): Promise<string | undefined> {
  const file = named ?? postgresqlFile(standard);
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    if (named === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(
      `The file ${isAbsolute(file) ? file : join(process.cwd(), file)} cannot be read: it is missing, or not yours to read.`,
    );
  }
}

function postgresqlFile(name: string): string {
  return process.platform === 'win32'
    ? join(process.env['APPDATA'] ?? homedir(), 'postgresql', name)
    : join(homedir(), '.postgresql', name);
}

function protocol(which: 'minVersion' | 'maxVersion', version: string | undefined): tls.ConnectionOptions {
  if (version === undefined || version === '') return {};
  const versions: readonly string[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3'];
  if (!versions.includes(version)) throw unusable(`A version of TLS is one of ${versions.join(', ')}.`);
  return { [which]: version as tls.SecureVersion };
}

function unusable(message: string): CliError {
  return new CliError(EXIT.usage, 'INVALID_ARGUMENT', message);
}
