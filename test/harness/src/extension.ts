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
}

/** The extension of this run. */
export const extension: TestExtension =
  server.extension.name === 'pg_trickle'
    ? {
        ...server.extension,
        schema: 'pgtrickle',
        catalog: 'pgtrickle.pgt_stream_tables',
        prefix: 'pgt_',
        hiddenPrefix: '__pgt_',
        calculated: "'calculated'",
      }
    : {
        ...server.extension,
        schema: 'pgstream',
        catalog: 'pgstream.pgs_stream_tables',
        prefix: 'pgs_',
        hiddenPrefix: '__pgs_',
        calculated: 'NULL',
      };

/** True where the run is about pg_trickle. For what the two do differently; a test says so in its name. */
export const onPgTrickle: boolean = extension.name === 'pg_trickle';

const RENAMED: readonly (readonly [RegExp, string])[] = [
  [/\bpgstream_changes\b/g, 'pgtrickle_changes'],
  [/\bpgstream(?!\.outcome\b)(?=\.|\b(?= *(?:TO|FROM|,|;|$)))/gm, 'pgtrickle'],
  [/\b__pgs_/g, '__pgt_'],
  [/\bpgs_(?=[a-z])/g, 'pgt_'],
  [/\bpg_stream\b/g, 'pg_trickle'],
];

/**
 * SQL or a text that is written in the names of pg_stream, in those of the run's extension. What names pg_trickle knows of
 * the two, and is left as it is.
 */
export function inItsNames(text: string): string {
  if (!onPgTrickle || /pg_?trickle/.test(text)) return text;
  return RENAMED.reduce((renamed, [pattern, name]) => renamed.replaceAll(pattern, name), text);
}
