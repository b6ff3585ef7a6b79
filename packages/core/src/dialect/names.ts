/** The extension's two names. pg_trickle is what pg_stream is called since its version 0.1.2. */
export type DialectName = 'pg_stream' | 'pg_trickle';

/** Everything that the two call differently (contract B.1). All names of the extension in this package come from here. */
export interface Names {
  /** Name of the extension in pg_extension. */
  readonly name: DialectName;
  /** Schema of its functions, views and catalog tables; not relocatable. */
  readonly schema: string;
  /** Schema of its change buffers. */
  readonly changesSchema: string;
  /** Begins the names of its catalog tables and of the columns that name a stream table: `pgs_name`. */
  readonly prefix: string;
  /** Begins the names of the columns that it adds to a stream table: `__pgs_row_id`. */
  readonly hiddenPrefix: string;
  /** Begins the names of its settings, and the text of its refusal of DDL on a source. */
  readonly settings: string;
  /** Schema and name of the catalog table with one row for each stream table. */
  readonly catalog: string;
  /** Channels of its notifications (contract A.7); some of pg_trickle before 0.85 come by a second one of alerts (B.8). */
  readonly channels: {
    readonly alert: string;
    readonly refresh: string;
    readonly cdcTransition: string;
    readonly secondAlert?: string;
  };
  /** Whether it puts the JSON of its alerts together by hand, which then is not always any (contract A.7, B.8). */
  readonly alertsByHand: boolean;
  /** What stands for a calculated schedule as an argument of create (contract B.2). */
  readonly calculated: 'calculated' | null;
}

const PG_STREAM: Names = {
  name: 'pg_stream',
  schema: 'pgstream',
  changesSchema: 'pgstream_changes',
  prefix: 'pgs_',
  hiddenPrefix: '__pgs_',
  settings: 'pg_stream.',
  catalog: 'pgstream.pgs_stream_tables',
  channels: { alert: 'pg_stream_alert', refresh: 'pgstream_refresh', cdcTransition: 'pg_stream_cdc_transition' },
  alertsByHand: true,
  calculated: null,
};

const PG_TRICKLE: Names = {
  name: 'pg_trickle',
  schema: 'pgtrickle',
  changesSchema: 'pgtrickle_changes',
  prefix: 'pgt_',
  hiddenPrefix: '__pgt_',
  settings: 'pg_trickle.',
  catalog: 'pgtrickle.pgt_stream_tables',
  channels: {
    alert: 'pg_trickle_alert',
    refresh: 'pg_trickle_refresh',
    cdcTransition: 'pg_trickle_cdc_transition',
    secondAlert: 'pgtrickle_alert',
  },
  alertsByHand: false,
  calculated: 'calculated',
};

/** The names by that of the extension. */
export const NAMES: Readonly<Record<DialectName, Names>> = { pg_stream: PG_STREAM, pg_trickle: PG_TRICKLE };

/**
 * The schemas of the extension, in both dialects: of its catalog and of its change buffers. For tools that compare a
 * database with what they were told of it, and must not look into these.
 */
export const EXTENSION_SCHEMAS: readonly string[] = Object.values(NAMES).flatMap(({ schema, changesSchema }) => [
  schema,
  changesSchema,
]);

/**
 * How the columns begin that the extension adds to stream tables, in both dialects. Which one a server uses is not
 * known when a model is declared, so both are reserved.
 */
export const HIDDEN_COLUMN_PREFIXES: readonly string[] = [PG_STREAM.hiddenPrefix, PG_TRICKLE.hiddenPrefix];

/** Whether a column of that name is the extension's own, in either dialect. */
export function isHiddenColumn(name: string): boolean {
  return HIDDEN_COLUMN_PREFIXES.some((prefix) => name.startsWith(prefix));
}
