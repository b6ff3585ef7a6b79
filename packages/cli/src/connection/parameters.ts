import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { parse } from 'pg-connection-string';
import { CliError, EXIT } from '../exit/index.ts';
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

/** Those of their values that change nothing. */
const HARMLESS = new Set(['any', 'disable', 'prefer', 'allow']);

/** What the command line and the configuration say about the connection. */
export interface ConnectionFlags {
  readonly host?: string | undefined;
  readonly port?: string | undefined;
  readonly username?: string | undefined;
  readonly dbname?: string | undefined;
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

/**
 * Where to connect, as psql would find it: what the command line says, a URL, the service, the PG* variables, the defaults.
 * DATABASE_URL, and the URL of a configuration file, are for when the command line names no server or user of its own: their
 * password is not for another one.
 */
export async function findTarget(
  given: ConnectionFlags,
  configUrl: string | undefined,
  env: Environment,
): Promise<Target> {
  const flags = isUrl(given.dbname) ? { ...given, url: given.dbname, dbname: undefined } : given;
  const named = flagParameters(flags);
  const elsewhere = Object.keys(named).some((keyword) => keyword !== 'dbname') || flags.service !== undefined;
  const url = flags.url ?? (elsewhere ? undefined : (configUrl ?? nonEmpty(env['DATABASE_URL'])));
  const ofUrl = url === undefined ? {} : urlParameters(url);
  const service = flags.service ?? (url === undefined ? nonEmpty(env['PGSERVICE']) : undefined);
  const ofService =
    service === undefined ? {} : understood(await readService(service, env), `The service "${service}"`);
  const said: Parameters = { ...environmentParameters(env), ...ofService, ...ofUrl, ...named };
  const user = said.user ?? userInfo().username;
  const port = said.port ?? '5432';
  return { ...said, host: said.host ?? defaultHost(port), port, user, dbname: said.dbname ?? user };
}

/** psql takes one as -d, too. */
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

function urlParameters(url: string): Parameters {
  if (!isUrl(url)) {
    throw new CliError(
      EXIT.usage,
      'INVALID_ARGUMENT',
      'The URL of the database begins with postgres:// or postgresql://.',
    );
  }
  const [address = '', query = ''] = url.split('?', 2);
  const words = Object.fromEntries(new URLSearchParams(query));
  if (words['ssl'] === 'true') words['sslmode'] = 'require';
  // The rest is for applications: Prisma's `schema`, poolers' settings.
  const { host = '', ...asked } = words;
  try {
    const { user, password, port, database, ...address_ } = parse(address);
    const own = { host: host || address_.host, user, password, port, dbname: database };
    return understood({ ...present(own), ...asked }, 'The URL');
  } catch (error) {
    // Not as the cause: it holds the URL.
    if (error instanceof CliError) throw error;
    throw new CliError(
      EXIT.usage,
      'INVALID_ARGUMENT',
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
  throw new CliError(
    EXIT.usage,
    'INVALID_ARGUMENT',
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
