import { EmulatorError } from '../errors.ts';
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
import streamAlerts from './pg_stream/alerts.sql';
import streamCalls from './pg_stream/calls.sql';
import streamFailures from './pg_stream/failures.sql';
import streamCatalog from './pg_stream/catalog.sql';
import streamManners from './pg_stream/manners.sql';
import streamMonitoring from './pg_stream/monitoring.sql';
import streamQueries from './pg_stream/queries.sql';
import newAlerts from './pg_trickle/0.108/alerts.sql';
import newCalls from './pg_trickle/0.108/calls.sql';
import newFailures from './pg_trickle/0.108/failures.sql';
import newFreshness from './pg_trickle/0.108/freshness.sql';
import newManners from './pg_trickle/0.108/manners.sql';
import newOuterUser from './pg_trickle/0.108/outer-user.sql';
import newRights from './pg_trickle/0.108/rights.sql';
import newSetOperations from './pg_trickle/0.108/set-operations.sql';
import oldAlerts from './pg_trickle/0.67/alerts.sql';
import oldCalls from './pg_trickle/0.67/calls.sql';
import oldFailures from './pg_trickle/0.67/failures.sql';
import oldManners from './pg_trickle/0.67/manners.sql';
import oldSetOperations from './pg_trickle/0.67/set-operations.sql';
import trickleAlerts from './pg_trickle/alerts.sql';
import trickleCalls from './pg_trickle/calls.sql';
import trickleCatalog from './pg_trickle/catalog.sql';
import trickleErrors from './pg_trickle/errors.sql';
import handler from './pg_trickle/handler.sql';
import trickleManners from './pg_trickle/manners.sql';
import immediate from './pg_trickle/immediate.sql';
import trickleMonitoring from './pg_trickle/monitoring.sql';
import trickleQueries from './pg_trickle/queries.sql';
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
  /** Whether its scheduler notices that it was switched off. */
  readonly schedulerCanBeSwitchedOff: boolean;
  /** The statement by which a database that was copied is one of its own again, where the extension wants one. */
  readonly afterCopy: string | undefined;
  readonly controlFile: string;
  readonly installScript: string;
}

/** What is in an extension's own files. */
interface Parts {
  readonly catalog: string;
  readonly manners: string;
  readonly queries: string;
  readonly alerts: string;
  readonly calls: string;
  readonly monitoring: string;
  readonly failures: string;
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
    ...[schedule, hash, nodes, lexer].map(inItsNames),
    own.queries,
    ...[query, views, identity, storage, capture, frontier, refresh, definingQuery, create, alter, drop].map(
      inItsNames,
    ),
    own.alerts,
    own.calls,
    own.monitoring,
    ...[monitoring, scheduler].map(inItsNames),
    own.failures,
    inItsNames(ddl),
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

/** Stands where a function of pg_trickle's gives errors another look on their way out, which those of pg_stream do not have. */
const raises = '-- raises as the original does\n';

/** pg_stream before its new name (contract A.0). */
function pgStream(): Extension {
  const version = '0.1.1';
  const own: Parts = {
    catalog: streamCatalog,
    manners: streamManners,
    queries: streamQueries,
    alerts: streamAlerts,
    calls: streamCalls,
    monitoring: streamMonitoring,
    failures: streamFailures,
    rights: '',
  };
  return {
    name: 'pg_stream',
    version,
    schema: 'pgstream',
    prefix: 'pgs_',
    schedulerCanBeSwitchedOff: false,
    afterCopy: undefined,
    controlFile: controlFileOf('pg_stream', version),
    installScript: scriptOf(own, (shared) => shared).replaceAll(raises, ''),
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
const releases: Readonly<Record<TrickleVersion, Omit<Parts, 'catalog' | 'monitoring'> & { version: string }>> = {
  '0.67': {
    version: '0.67.0',
    manners: oldManners,
    queries: oldSetOperations,
    alerts: oldAlerts,
    calls: oldCalls,
    failures: oldFailures,
    rights: '',
  },
  '0.108': {
    version: '0.108.3',
    manners: newOuterUser + newManners,
    queries: newSetOperations,
    alerts: newAlerts,
    calls: newFreshness + newCalls,
    failures: newFailures,
    rights: newRights,
  },
};

function pgTrickle(release: TrickleVersion): Extension {
  const { version, manners, queries, alerts, calls, failures, rights } = releases[release];
  const own: Parts = {
    catalog: asOf(release, trickleCatalog),
    manners: trickleErrors + trickleManners + manners,
    queries: trickleQueries + queries,
    alerts: trickleAlerts + alerts,
    calls: immediate + calls + asOf(release, trickleCalls),
    monitoring: asOf(release, trickleMonitoring),
    failures,
    rights,
  };
  return {
    name: 'pg_trickle',
    version,
    schema: 'pgtrickle',
    prefix: 'pgt_',
    schedulerCanBeSwitchedOff: true,
    afterCopy: release === '0.108' ? 'SELECT pgtrickle.recover_capture_instance()' : undefined,
    controlFile: controlFileOf('pg_trickle', version),
    // A function as the replacement: a text would have its dollars read.
    installScript: scriptOf(own, inNamesOfTrickle).replaceAll(raises, () => handler),
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

/** Each extension and each release of it, the older ones first. */
export function everyExtension(): Extension[] {
  return [pgStream(), pgTrickle('0.67'), pgTrickle('0.108')];
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
