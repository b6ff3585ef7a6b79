import { EmulatorError } from '../errors.ts';
import alerts from './alerts.sql';
import alter from './alter.sql';
import capture from './capture.sql';
import create from './create.sql';
import ddl from './ddl.sql';
import definingQuery from './defining-query.sql';
import drop from './drop.sql';
import frontier from './frontier.sql';
import hash from './hash.sql';
import identity from './identity.sql';
import lexer from './lexer.sql';
import monitoring from './monitoring.sql';
import names from './names.sql';
import nodes from './nodes.sql';
import streamCalls from './pg_stream/calls.sql';
import streamCatalog from './pg_stream/catalog.sql';
import streamManners from './pg_stream/manners.sql';
import streamMonitoring from './pg_stream/monitoring.sql';
import newCalls from './pg_trickle/0.108/calls.sql';
import newManners from './pg_trickle/0.108/manners.sql';
import newOuterUser from './pg_trickle/0.108/outer-user.sql';
import newRights from './pg_trickle/0.108/rights.sql';
import oldCalls from './pg_trickle/0.67/calls.sql';
import oldManners from './pg_trickle/0.67/manners.sql';
import trickleCalls from './pg_trickle/calls.sql';
import trickleCatalog from './pg_trickle/catalog.sql';
import trickleManners from './pg_trickle/manners.sql';
import trickleMonitoring from './pg_trickle/monitoring.sql';
import query from './query.sql';
import refresh from './refresh.sql';
import schedule from './schedule.sql';
import scheduler from './scheduler.sql';
import settings from './settings.sql';
import storage from './storage.sql';
import views from './views.sql';

/** The extension's two names. */
export type ExtensionName = 'pg_stream' | 'pg_trickle';

/** The releases of pg_trickle that there is an emulation of. */
export type TrickleVersion = '0.67' | '0.108';

/** An extension as the server is given it: its files, and the names that the emulator itself calls it by. */
export interface Extension {
  readonly name: ExtensionName;
  /** What `pg_extension.extversion` says. */
  readonly version: string;
  readonly schema: 'pgstream' | 'pgtrickle';
  /** Begins the names of its catalog tables, and of the columns that name a stream table. */
  readonly prefix: 'pgs_' | 'pgt_';
  readonly controlFile: string;
  readonly installScript: string;
}

/** What is in an extension's own files. */
interface Parts {
  readonly catalog: string;
  readonly manners: string;
  readonly calls: string;
  readonly monitoring: string;
  /** Comes last. */
  readonly rights: string;
}

/**
 * The install script. SQL functions are checked as they are created, so what they call comes before them; the event triggers
 * come after all that they could watch, so that they do not watch their own installation.
 */
function scriptOf(own: Parts, inItsNames: (shared: string) => string): string {
  const parts = [
    own.catalog,
    ...[settings, names].map(inItsNames),
    own.manners,
    ...[
      schedule,
      hash,
      nodes,
      lexer,
      query,
      views,
      identity,
      storage,
      capture,
      frontier,
      refresh,
      alerts,
      definingQuery,
      create,
      alter,
      drop,
    ].map(inItsNames),
    own.calls,
    own.monitoring,
    ...[monitoring, scheduler, ddl].map(inItsNames),
    own.rights,
  ];
  return parts.join('\n');
}

function controlFileOf(name: ExtensionName, version: string): string {
  return `comment = '${name}''s SQL API in plain SQL, for development and tests'
default_version = '${version}'
relocatable = false
superuser = true
trusted = false
`;
}

/** pg_stream before its new name (contract A.0). */
function pgStream(): Extension {
  const version = '0.1.1';
  const own: Parts = {
    catalog: streamCatalog,
    manners: streamManners,
    calls: streamCalls,
    monitoring: streamMonitoring,
    rights: '',
  };
  return {
    name: 'pg_stream',
    version,
    schema: 'pgstream',
    prefix: 'pgs_',
    controlFile: controlFileOf('pg_stream', version),
    installScript: scriptOf(own, (shared) => shared),
  };
}

/** What both have is written in pg_stream's names. */
function inNamesOfTrickle(shared: string): string {
  return shared
    .replaceAll('pgstream_refresh', 'pg_trickle_refresh')
    .replaceAll('pgstream', 'pgtrickle')
    .replaceAll('pg_stream', 'pg_trickle')
    .replaceAll('pgs_', 'pgt_');
}

/** Lines of pg_trickle's own files that end with `-- only 0.67` or `-- only 0.108` are in that release only. */
function asOf(release: TrickleVersion, own: string): string {
  return own.replaceAll(/^.* -- only ([\d.]+)\n/gm, (line, only: string) =>
    only === release ? line.replace(/ -- only [\d.]+\n$/, '\n') : '',
  );
}

/** Its releases by the part of the version that one asks for: the patch that was read last, and what is in the release's own files. */
const releases: Readonly<Record<TrickleVersion, Pick<Parts, 'manners' | 'calls' | 'rights'> & { version: string }>> = {
  '0.67': { version: '0.67.0', manners: oldManners, calls: oldCalls, rights: '' },
  '0.108': { version: '0.108.3', manners: newOuterUser + newManners, calls: newCalls, rights: newRights },
};

function pgTrickle(release: TrickleVersion): Extension {
  const { version, manners, calls, rights } = releases[release];
  const own: Parts = {
    catalog: asOf(release, trickleCatalog),
    manners: trickleManners + manners,
    calls: calls + asOf(release, trickleCalls),
    monitoring: asOf(release, trickleMonitoring),
    rights,
  };
  return {
    name: 'pg_trickle',
    version,
    schema: 'pgtrickle',
    prefix: 'pgt_',
    controlFile: controlFileOf('pg_trickle', version),
    installScript: scriptOf(own, inNamesOfTrickle),
  };
}

function isRelease(version: string): version is TrickleVersion {
  return Object.hasOwn(releases, version);
}

/** Which extension the emulator is. */
export interface ExtensionChoice {
  /** Default: pg_stream. */
  extension?: ExtensionName;
  /** Release of pg_trickle. Default: 0.108, which one installs today. */
  version?: TrickleVersion;
}

/** @throws EmulatorError when there is no such extension, or no such release of it. */
export function extensionOf({ extension = 'pg_stream', version }: ExtensionChoice): Extension {
  // What is asked for may be a text that somebody typed.
  const name: string = extension;
  if (name === 'pg_stream') {
    if (version === undefined) return pgStream();
    throw new EmulatorError(
      `Of pg_stream there is one version here, its last: leave version ${version} out, or ask for the extension pg_trickle.`,
    );
  }
  if (name !== 'pg_trickle') {
    throw new EmulatorError(`There is no emulation of an extension ${name}: ask for pg_stream or pg_trickle.`);
  }
  const release: string = version ?? '0.108';
  if (isRelease(release)) return pgTrickle(release);
  throw new EmulatorError(
    `There is no emulation of pg_trickle ${release}: ask for version ${Object.keys(releases).join(' or ')}.`,
  );
}
