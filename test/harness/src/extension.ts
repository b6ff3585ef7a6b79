import type { EmulatorOptions } from '@pgstream/emulator';
import { asked } from './asked-extension.ts';
import { server } from './server.ts';

/** What the extension that the run is about calls its things; the version is what the database says. */
export interface TestExtension {
  readonly name: 'pg_stream' | 'pg_trickle';
  readonly version: string;
  readonly schema: string;
  /** The catalog table of stream tables, with its schema. */
  readonly catalog: string;
  /** Begins the names of catalog tables and of their columns. */
  readonly prefix: string;
  /** Begins the names of hidden columns. */
  readonly hiddenPrefix: string;
  /** What create takes for a calculated schedule, as SQL. */
  readonly calculated: string;
  /** The timestamp that its verdict on staleness counts from (contract A.2, B.3). */
  readonly staleFrom: 'data_timestamp' | 'last_refresh_at';
  /** Whether its functions read a name as SQL does, with quotes (contract F.7). */
  readonly readsQuotedNames: boolean;
  /** Whether a name may have a semicolon in it: on pg_trickle 0.67 that is a syntax error. */
  readonly readsSemicolons: boolean;
  /** Whether it asks who has logged in, so that no definer's function refreshes in its owner's place (contract F.3). */
  readonly checksOuterOwner: boolean;
  /** Whether a refresh that somebody calls keeps writers out of the sources by itself (contract F.4). */
  readonly locksSourcesItself: boolean;
  /** Whether its hooks on DDL run with its own rights, so that a role that migrates needs none on it (contract F.3). */
  readonly runsHooksItself: boolean;
  /** Whether it has a function that computes a stream table anew (contract F.7); before, its frontier is forgotten. */
  readonly reinitializes: boolean;
  /**
   * Whether its scheduler notifies of a failure that will not go away by itself. pg_trickle 0.67 sets the state ERROR at the
   * first one, and that is all (contract B.7).
   */
  readonly tellsLastingFailures: boolean;
  /** Whether its catalog tells the mode that was asked for, and who refreshes, and how many rows were updated (F.7). */
  readonly hasWideCatalog: boolean;
  /** What its hidden column of row ids is (contract F.5). */
  readonly rowIdType: 'bigint' | 'bytea';
  /** The SQLSTATE of one of its own refusals: pg_trickle's, and for all of pg_stream's XX000 (contract A.6, B.7). */
  refusal(sqlState: string): string;
}

/** Whether the extension is pg_trickle of that version or a later one. */
function isTrickleSince(minor: number, patch = 0): boolean {
  const { name, version } = server.extension;
  const [major = 0, itsMinor = 0, itsPatch = 0] = version.split('.').map(Number);
  return name === 'pg_trickle' && (major > 0 || itsMinor > minor || (itsMinor === minor && itsPatch >= patch));
}

const abilities = {
  readsQuotedNames: isTrickleSince(108),
  readsSemicolons: server.extension.name === 'pg_stream' || isTrickleSince(108),
  checksOuterOwner: isTrickleSince(87, 10),
  runsHooksItself: isTrickleSince(81, 1),
  locksSourcesItself: isTrickleSince(82),
  hasWideCatalog: isTrickleSince(108),
  reinitializes: isTrickleSince(91),
  tellsLastingFailures: server.extension.name === 'pg_stream' || isTrickleSince(108),
  rowIdType: isTrickleSince(87, 16) ? 'bytea' : 'bigint',
} as const;

/** The extension of this run. */
export const extension: TestExtension =
  server.extension.name === 'pg_trickle'
    ? {
        ...server.extension,
        ...abilities,
        schema: 'pgtrickle',
        catalog: 'pgtrickle.pgt_stream_tables',
        prefix: 'pgt_',
        hiddenPrefix: '__pgt_',
        calculated: "'calculated'",
        staleFrom: 'last_refresh_at',
        refusal: (sqlState) => sqlState,
      }
    : {
        ...server.extension,
        ...abilities,
        schema: 'pgstream',
        catalog: 'pgstream.pgs_stream_tables',
        prefix: 'pgs_',
        hiddenPrefix: '__pgs_',
        calculated: 'NULL',
        staleFrom: 'data_timestamp',
        refusal: () => 'XX000',
      };

/** True where the run is about pg_trickle. For what the two do differently; a test says so in its name. */
export const onPgTrickle: boolean = extension.name === 'pg_trickle';

/** What an emulator that a test starts for itself, or puts into PGlite, is told to have the run's extension as well. */
export const sameExtension: Pick<EmulatorOptions, 'extension' | 'version'> = {
  ...asked,
  extension: extension.name,
};

const RENAMED: readonly (readonly [RegExp, string])[] = [
  [/\bpgstream_changes\b/g, 'pgtrickle_changes'],
  [/\bpgstream(?!\.outcome\b)(?=\.|\b(?= *(?:TO|FROM|,|;|$)))/gm, 'pgtrickle'],
  [/\bpgstream_refresh\b/g, 'pg_trickle_refresh'],
  // As a value, and in quotes.
  [/(?<=['"])pgstream(?=['"])/g, 'pgtrickle'],
  [/\b__pgs_/g, '__pgt_'],
  // Indexes too: idx_pgs_name.
  [/(?<=\b|_)pgs_(?=[a-z])/g, 'pgt_'],
  [/\bpg_stream(?=\b|_(?:alert|cdc|hash)(?:\b|_))/g, 'pg_trickle'],
];

/**
 * SQL or a text that is written in the names of pg_stream, in those of the run's extension. What names pg_trickle knows of
 * the two, and is left as it is.
 */
export function inItsNames(text: string): string {
  if (!onPgTrickle || /pg_?trickle/.test(text)) return text;
  return RENAMED.reduce((renamed, [pattern, name]) => renamed.replaceAll(pattern, name), text);
}
