import { Socket } from 'node:net';
import pg from 'pg';
import { connectionError } from './connection-error.ts';
import { findTarget, type ConnectionFlags, type Target } from './parameters.ts';
import { askForPassword, givenPassword, PasswordNeeded } from './password.ts';
import { encryptions, type Encryption } from './tls.ts';

/** How to connect. */
export interface OpenOptions {
  readonly flags: ConnectionFlags;
  /** The URL that a configuration file gives. */
  readonly configUrl: string | undefined;
  /** true: asks for a password before it connects; false: never asks; undefined: asks when the server wants one. */
  readonly password: boolean | undefined;
}

/** A pool that has connected once: what it was connected with works. */
export async function open({ flags, configUrl, password }: OpenOptions): Promise<pg.Pool> {
  const found = await findTarget(flags, configUrl, process.env);
  const target = password === true ? { ...found, password: await askForPassword(found, true) } : found;
  try {
    return await openAt(target);
  } catch (error) {
    if (!(error instanceof PasswordNeeded)) throw error;
    // On a new connection: the server does not wait for somebody who types.
    return await openAt({ ...target, password: await askForPassword(target, password !== false) });
  }
}

async function openAt(target: Target): Promise<pg.Pool> {
  const [first = false, second] = await encryptions(target);
  try {
    return await connect(target, first);
  } catch (error) {
    if (error instanceof PasswordNeeded) throw error;
    if (second === undefined || !mayHelp(error, second)) throw connectionError(error, target);
  }
  try {
    return await connect(target, second);
  } catch (error) {
    throw error instanceof PasswordNeeded ? error : connectionError(error, target);
  }
}

async function connect(target: Target, ssl: Encryption): Promise<pg.Pool> {
  const { host, port, user, dbname, application_name, options, connect_timeout: seconds } = target;
  const sockets: Socket[] = [];
  const pool = new pg.Pool({
    // Those of a connection that never came about are left open by pg until the server loses its patience, after a minute.
    stream() {
      const socket = new Socket();
      sockets.push(socket);
      return socket;
    },
    host,
    port: Number(port),
    user,
    database: dbname,
    password: givenPassword(target),
    ssl,
    enableChannelBinding: target.channel_binding !== 'disable',
    application_name: application_name ?? 'pgstream',
    ...(target.sslnegotiation === 'direct' && { sslnegotiation: 'direct' as const }),
    ...(options !== undefined && { options }),
    // As libpq: 0 and less is for ever, and without it as well.
    ...(Number(seconds) > 0 && { connectionTimeoutMillis: Number(seconds) * 1000 }),
  });
  // A connection that is lost while nobody uses it: the next call tells.
  pool.on('error', () => {});
  try {
    (await pool.connect()).release();
    return pool;
  } catch (error) {
    for (const socket of sockets) socket.destroy();
    await pool.end();
    throw error;
  }
}

/** Nobody was there: to ask in another way is no use. */
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOENT',
  'EACCES',
]);

/**
 * Whether the other encryption may do. For one that the server's pg_hba.conf refused, yes; without TLS also where the server
 * has none or the handshake failed. A wrong password is wrong in both.
 */
function mayHelp(error: unknown, next: Encryption): boolean {
  const { code, severity, message } = error as { code?: string; severity?: string; message: string };
  if (severity !== undefined) return code === '28000';
  return next === false && !UNREACHABLE.has(code ?? '') && !/timeout/.test(message);
}
