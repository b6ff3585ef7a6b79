import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { parse } from 'pg-connection-string';
import { CliError, EXIT } from '../exit/index.ts';
import { readKeywords } from './connection-string.ts';
import { readService } from './service-file.ts';

/** The words of libpq that are understood here, and the variable that stands for each. */
const VARIABLES = {
  host: 'PGHOST',
  port: 'PGPORT',
  user: 'PGUSER',
  dbname: 'PGDATABASE',
  password: 'PGPASSWORD',
  passfile: 'PGPASSFILE',
  sslmode: 'PGSSLMODE',
  sslnegotiation: 'PGSSLNEGOTIATION',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  sslpassword: undefined,
  sslcrl: 'PGSSLCRL',
  ssl_min_protocol_version: 'PGSSLMINPROTOCOLVERSION',
  ssl_max_protocol_version: 'PGSSLMAXPROTOCOLVERSION',
  channel_binding: 'PGCHANNELBINDING',
  connect_timeout: 'PGCONNECT_TIMEOUT',
  application_name: 'PGAPPNAME',
  options: 'PGOPTIONS',
} as const;

type Keyword = keyof typeof VARIABLES;

/** What is said about a connection, by libpq's words; what is left out was not said. */
type Parameters = { readonly [keyword in Keyword]?: string };

/** Words of libpq that make a connection safer, or choose another server: not to be passed over in silence. */
const NOT_UNDERSTOOD: Readonly<Record<string, string>> = {
  hostaddr: 'PGHOSTADDR',
  target_session_attrs: 'PGTARGETSESSIONATTRS',
  load_balance_hosts: 'PGLOADBALANCEHOSTS',
  require_auth: 'PGREQUIREAUTH',
  requirepeer: 'PGREQUIREPEER',
  gssencmode: 'PGGSSENCMODE',
  sslcertmode: 'PGSSLCERTMODE',
  sslcrldir: 'PGSSLCRLDIR',
};

/** Words of libpq that say nothing of where and how safely: they are passed over. */
const PASSED_OVER: ReadonlySet<string> = new Set([
  'client_encoding',
  'fallback_application_name',
  'gssdelegation',
  'gsslib',
  'keepalives',
  'keepalives_count',
  'keepalives_idle',
  'keepalives_interval',
  'krbsrvname',
  'sslcompression',
  'sslsni',
  'tcp_user_timeout',
]);

/** Those of their values that change nothing. */
const HARMLESS = new Set(['any', 'disable', 'prefer', 'allow']);

/** What the command line and the configuration say about the connection. */
export interface ConnectionFlags {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly username?: string | undefined;
  /** A database, or a connection string: it goes before all else then, as psql has it. */
  readonly dbname?: string | undefined;
  /** A connection string: a URL, or keywords with values. */
  readonly url?: string | undefined;
  readonly service?: string | undefined;
}

/** Everything that is known of where to connect. */
export interface Target extends Parameters {
  readonly host: string;
  readonly port: string;
  readonly user: string;
  readonly dbname: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** A connection string, which may name a service. */
interface Said extends Parameters {
  readonly service?: string;
}

/**
 * Where to connect, as psql would find it: what the command line says, a connection string, the service, the PG* variables, the
 * defaults. DATABASE_URL, and the URL of a configuration file, are for when the command line names no server or user of its own:
 * their password is not for another one.
 */
export async function findTarget(
  given: ConnectionFlags,
  configUrl: string | undefined,
  env: Environment,
): Promise<Target> {
  const isInDbname = isConnectionString(given.dbname);
  if (isInDbname && given.url !== undefined) throw unusable('Give one connection string: --url, or -d.');
  const named = flagParameters(isInDbname ? { ...given, dbname: undefined } : given);
  const elsewhere = Object.keys(named).some((keyword) => keyword !== 'dbname') || given.service !== undefined;
  const text =
    (isInDbname ? given.dbname : given.url) ?? (elsewhere ? undefined : (configUrl ?? nonEmpty(env['DATABASE_URL'])));
  const { service: itsService, ...ofText } = text === undefined ? {} : stringParameters(text);
  const service =
    given.service ?? itsService ?? (text === undefined || isInDbname ? nonEmpty(env['PGSERVICE']) : undefined);
  const ofService =
    service === undefined ? {} : understood(await readService(service, env), `The service "${service}"`);
  const ofLine = isInDbname ? { ...named, ...ofText } : { ...ofText, ...named };
  const said: Parameters = { ...environmentParameters(env), ...ofService, ...ofLine };
  const user = said.user ?? userInfo().username;
  const port = said.port ?? '5432';
  const host = said.host ?? defaultHost(port);
  if (!/^\d+$/.test(port) || Number(port) < 1 || Number(port) > 65_535)
    throw unusable('The port is a number from 1 to 65535.');
  if (!/^-?\d+$/.test(said.connect_timeout ?? '0')) throw unusable('connect_timeout is a number of seconds.');
  if (host.includes(',')) throw unusable('Several hosts are not supported: name one of them.');
  return { ...said, host, port, user, dbname: said.dbname ?? user };
}

/** What psql takes as -d, too; libpq knows one by the same signs. */
function isConnectionString(text: string | undefined): boolean {
  return isUrl(text) || (text ?? '').includes('=');
}

function isUrl(text: string | undefined): boolean {
  return /^postgres(?:ql)?:\/\//i.test(text ?? '');
}

function flagParameters({ host, port, username: user, dbname }: ConnectionFlags): Parameters {
  return Object.fromEntries(Object.entries({ host, port, user, dbname }).filter(([, value]) => value !== undefined));
}

function environmentParameters(env: Environment): Parameters {
  for (const [keyword, variable] of Object.entries(NOT_UNDERSTOOD))
    refuseUnlessHarmless(keyword, env[variable], variable);
  const said = Object.entries(VARIABLES).map(([keyword, variable]) => [keyword, variable && nonEmpty(env[variable])]);
  return Object.fromEntries(said.filter(([, value]) => value !== undefined)) as Parameters;
}

function stringParameters(text: string): Said {
  if (isUrl(text)) return urlParameters(text);
  if (isConnectionString(text)) return keywordParameters(text);
  throw unusable('The URL of the database begins with postgres:// or postgresql://.');
}

function keywordParameters(text: string): Said {
  const { service, ...keywords } = present(readKeywords(text));
  const unknown = Object.keys(keywords).find(
    (keyword) => !(keyword in VARIABLES || keyword in NOT_UNDERSTOOD || PASSED_OVER.has(keyword)),
  );
  if (unknown !== undefined) {
    throw unusable(
      'The connection string has a keyword that means nothing here. There are host, port, user, dbname, password, service, sslmode and the like.',
    );
  }
  return { ...understood(keywords, 'The connection string'), ...(service !== undefined && { service }) };
}

function urlParameters(url: string): Said {
  const [address = '', query = ''] = url.split('?', 2);
  const words = Object.fromEntries(new URLSearchParams(query));
  if (words['ssl'] === 'true') words['sslmode'] = 'require';
  // The rest is for applications: Prisma's `schema`, poolers' settings.
  const { host = '', service, ...asked } = words;
  try {
    const { user, password, port, database, ...address_ } = parse(address);
    const own = { host: host || address_.host, user, password, port, dbname: database };
    return { ...understood({ ...present(own), ...asked }, 'The URL'), ...(service !== undefined && { service }) };
  } catch (error) {
    // Not as the cause: it holds the URL.
    if (error instanceof CliError) throw error;
    throw unusable(
      'The URL of the database cannot be read. Characters such as @ / : # % in a user or password are written in hexadecimal, as in %40; several hosts are not supported.',
    );
  }
}

/** What is understood of it. Throws for what must not be passed over. */
function understood(said: Readonly<Record<string, string>>, where: string): Parameters {
  const known: Record<string, string> = {};
  for (const [keyword, value] of Object.entries(said)) {
    if (keyword in VARIABLES) known[keyword] = value;
    else if (keyword in NOT_UNDERSTOOD) refuseUnlessHarmless(keyword, value, `${where} says ${keyword}, which`);
    else if (keyword === 'user' || keyword === 'database') known[keyword] = value;
  }
  return known;
}

function refuseUnlessHarmless(keyword: string, value: string | undefined, subject: string): void {
  if (value === undefined || value === '' || HARMLESS.has(value)) return;
  throw unusable(
    `${subject} is not supported: pgstream cannot do what libpq does for ${keyword}. Leave it out, or unset it for this command.`,
  );
}

function present(values: Readonly<Record<string, string | null | undefined>>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => Boolean(entry[1])));
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === '' ? undefined : value;
}

/** Where PostgreSQL's packages put its socket. */
export const SOCKET_FOLDERS = ['/var/run/postgresql', '/tmp'];

/** The socket, where there is one, as libpq's packages do; it says nothing of a password on the way. */
function defaultHost(port: string): string {
  return SOCKET_FOLDERS.find((folder) => existsSync(`${folder}/.s.PGSQL.${port}`)) ?? 'localhost';
}

function unusable(message: string): CliError {
  return new CliError(EXIT.usage, 'INVALID_ARGUMENT', message);
}
