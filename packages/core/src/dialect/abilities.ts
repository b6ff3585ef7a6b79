import type { DialectName } from './names.ts';

/** What the extension of a database can do, and does differently from its other releases. */
export interface Abilities {
  /** What a refresh locks against another one, and until when: the session's end or an unlock, or the transaction's end. */
  readonly refreshLock: 'session' | 'transaction';
  /** The function whose answer it notes as the place of a change, and as how far a refresh has come (contract A.5, F.4). */
  readonly logPosition: 'pg_current_wal_lsn' | 'pg_current_wal_insert_lsn';
  /** Whether the triggers that capture changes run with the rights of who writes to the source (contract A.5, B.9). */
  readonly capturesAsWriter: boolean;
  /** The timestamp that the extension's own `stale` counts from (contract A.2, B.3). */
  readonly staleFrom: 'data_timestamp' | 'last_refresh_at';
  /** Whether its scheduler may leave out what was committed before its refresh began, behind open transactions (B.6, B.10). */
  readonly holdsFrontierBack: boolean;
  /** Whether a refresh that somebody calls keeps writers out of the sources, so that no change is lost (contract F.4). */
  readonly locksSourcesItself: boolean;
  /** Whether each refresh that somebody calls waits for all others of the database, by a row that it updates (contract F.4). */
  readonly refreshesOneAtATime: boolean;
  /** Whether its functions ask who has logged in, or SET ROLE, for the ownership: a definer's function is no way in (F.3). */
  readonly checksOuterOwner: boolean;
  /** The functions that run with the rights of the extension's owner: a caller needs EXECUTE, and no right on tables. */
  readonly definers: ReadonlySet<string>;
  /** Whether it can be asked of which release its library is (contract C.5). */
  readonly tellsLibrary: boolean;
  /** Whether the table of an EXCEPT or INTERSECT may hold rows that are not in the result (contract B.5, F.5). */
  readonly setOperationsHoldSurplusRows: boolean;
  /** Whether its functions read a name as SQL does, with quotes; else they split it at its first dot (contract A.1, F.7). */
  readonly readsQuotedNames: boolean;
  /** Whether there are the refresh modes AUTO and IMMEDIATE (contract B.2). */
  readonly hasAutoAndImmediate: boolean;
  /** Whether create can be told what to do with a stream table that exists (contract B.2). */
  readonly createsIfNotExists: boolean;
  readonly replaces: boolean;
  /** Whether alter can be given another query (contract B.2). */
  readonly altersQuery: boolean;
  /** Whether drop can be told to drop the stream tables on top as well (contract B.2). */
  readonly dropsDependents: boolean;
  /** Whether it has a function that computes a stream table anew, with all that it keeps about it (contract F.9). */
  readonly reinitializes: boolean;
  /** Whether it has a function that puts the capture of changes in order (contract B.11). */
  readonly repairsCapture: boolean;
}

/** What the catalog of a database shows of its extension. Every role may read it. */
export interface Facts {
  readonly name: DialectName;
  /** As CREATE EXTENSION or ALTER EXTENSION UPDATE has left it. */
  readonly version: string;
  /** Columns of its tables, as `stream_tables.last_error_code`: the table's name without its prefix. */
  readonly columns: readonly string[];
  /** Its functions with the names of their parameters, and whether they run with the rights of their owner. */
  readonly functions: readonly {
    readonly name: string;
    readonly parameters: readonly string[];
    readonly definer: boolean;
  }[];
}

/**
 * Told by what the catalog shows, so that a release which nobody here knows works by what it has. By the version only
 * where the catalog does not show it.
 */
export function abilitiesOf({ name, version, functions }: Facts): Abilities {
  const isTrickle = name === 'pg_trickle';
  const named = (called: string): Facts['functions'] => functions.filter((each) => each.name === called);
  const has = (called: string, parameter?: string): boolean =>
    named(called).some(({ parameters }) => parameter === undefined || parameters.includes(parameter));
  const definers = new Set(functions.filter(({ definer }) => definer).map((each) => each.name));
  return {
    refreshLock: isTrickle ? 'transaction' : 'session',
    logPosition: isTrickle ? 'pg_current_wal_insert_lsn' : 'pg_current_wal_lsn',
    capturesAsWriter: !isTrickle,
    staleFrom: isTrickle ? 'last_refresh_at' : 'data_timestamp',
    holdsFrontierBack: isTrickle,
    // A matter of what the library does: nothing in the catalog came with it.
    locksSourcesItself: isTrickle && isSince(version, 0, 82),
    // The row came with the function that frees it.
    refreshesOneAtATime: has('recover_capture_instance'),
    // The check came when the function became a definer's: a caller's function needs none.
    checksOuterOwner: definers.has('refresh_stream_table'),
    definers,
    tellsLibrary: isTrickle && has('version'),
    // In the storage of each such table, and nowhere in the catalog.
    setOperationsHoldSurplusRows: isTrickle && !isSince(version, 0, 83),
    // Read of this release only; of those before it nobody has written down when it came.
    readsQuotedNames: isTrickle && isSince(version, 0, 108),
    hasAutoAndImmediate: isTrickle,
    createsIfNotExists: has('create_stream_table_if_not_exists'),
    replaces: has('create_or_replace_stream_table'),
    altersQuery: has('alter_stream_table', 'query'),
    dropsDependents: has('drop_stream_table', 'cascade'),
    reinitializes: has('reinitialize_stream_table'),
    repairsCapture: has('repair_stream_table'),
  };
}

/** The functions of which the abilities ask. */
export const ASKED_FUNCTIONS = [
  'alter_stream_table',
  'create_or_replace_stream_table',
  'create_stream_table_if_not_exists',
  'drop_stream_table',
  'recover_capture_instance',
  'refresh_stream_table',
  'reinitialize_stream_table',
  'repair_stream_table',
  'resume_stream_table',
  'version',
] as const;

/** What is no version at all is taken for a new one. */
function isSince(version: string, major: number, minor: number): boolean {
  const [, ofMajor, ofMinor = 0] = /^(\d+)(?:\.(\d+))?/.exec(version) ?? [];
  if (ofMajor === undefined) return true;
  return Number(ofMajor) > major || (Number(ofMajor) === major && Number(ofMinor) >= minor);
}
