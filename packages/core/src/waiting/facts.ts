import { run, type Context } from '../context/index.ts';
import { EQUALS, statement, type Dialect } from '../dialect/index.ts';
import { verdict, verdictColumns, type VerdictWire } from '../freshness/index.ts';
import { quoteName, type QualifiedName } from '../name/index.ts';
import { INSERTED_AT, readLsn } from './lsn.ts';

/** What the catalog shows of a stream table at one moment. */
export interface Facts {
  /** The server's clock, in microseconds of the epoch. */
  readonly us: number;
  /** Where its log is inserted at; null on a replica. */
  readonly position: bigint | null;
  readonly name: QualifiedName;
  readonly isPopulated: boolean;
  /** The verdict of its schedule: null where that gives no bound. */
  readonly isStale: boolean | null;
  readonly refreshMode: string;
  /** When the transaction of its last refresh began, in microseconds of the epoch; null if there was none. */
  readonly lastRefreshUs: number | null;
  /** The log position up to which the changes of each source were taken in, by its oid; null before the first real refresh. */
  readonly frontier: ReadonlyMap<number, bigint> | null;
  /** Of the transaction that asks: whether it keeps its first snapshot, and whether it has written. */
  readonly keepsSnapshot: boolean;
  readonly hasWritten: boolean;
}

/** Facts by the quoted names of the stream tables; none of one that is not in the catalog. */
export type FactsByName = ReadonlyMap<string, Facts>;

/** What a stream table reads. */
export interface Reads {
  /** Other stream tables, by their quoted names. */
  readonly streamTables: readonly string[];
  /** The tables whose changes are captured, by their oids. */
  readonly sources: readonly number[];
}

/** What each of them reads, by quoted names. */
export type ReadsByName = ReadonlyMap<string, Reads>;

/** What one look has shown. */
export interface Sight {
  readonly facts: FactsByName;
  /** Empty where it was not looked below them. */
  readonly reads: ReadsByName;
  /** Whether the extension's scheduler may leave out what was committed before its refresh began. */
  readonly holdsBack: boolean;
}

/** The JSON of facts. */
export type FactsWire = readonly [
  schema: string,
  name: string,
  verdict: VerdictWire,
  refreshMode: string,
  lastRefreshUs: number | null,
  frontier: { readonly sources?: Readonly<Record<string, { readonly lsn?: string | null }>> } | null,
  us: number,
  position: string | null,
  keepsSnapshot: boolean,
  hasWritten: boolean,
];

type WireWithReads = readonly [
  facts: FactsWire,
  streamTables: readonly (readonly [schema: string, name: string])[],
  sources: readonly number[],
];

/** An instant in whole microseconds of the epoch, as PostgreSQL keeps it. */
const epochUs = (instant: string): string =>
  `pg_catalog.floor(extract(epoch FROM ${instant}) OPERATOR(pg_catalog.*) 1000000)`;

/** Facts of a catalog row `s`, as JSON. */
export const factsOf = (d: Dialect): string => `pg_catalog.json_build_array(s.${d.prefix}schema, s.${d.prefix}name,
${verdictColumns(d, 'pg_catalog.clock_timestamp()')}, s.refresh_mode, ${epochUs('s.last_refresh_at')},
s.frontier, ${epochUs('pg_catalog.clock_timestamp()')}, ${INSERTED_AT},
pg_catalog.current_setting('transaction_isolation') OPERATOR(pg_catalog.!~~) 'read %',
pg_catalog.pg_current_xact_id_if_assigned() IS NOT NULL)`;

/** The catalog rows `s` of the names in $1, a JSON array of pairs; the unique index finds each. */
export const fromAsked = (
  d: Dialect,
): string => `FROM pg_catalog.json_array_elements($1::pg_catalog.text::pg_catalog.json) asked (pair)
JOIN ${d.catalog} s ON s.${d.prefix}schema ${EQUALS} (asked.pair OPERATOR(pg_catalog.->>) 0)
AND s.${d.prefix}name ${EQUALS} (asked.pair OPERATOR(pg_catalog.->>) 1)`;

const LOOK = statement<FactsWire>((d) => `SELECT ${factsOf(d)}::pg_catalog.text AS pgstream ${fromAsked(d)}`);

const readBy = (d: Dialect, reader: string): string => `FROM ${d.schema}.${d.prefix}dependencies p
JOIN ${d.catalog} u ON u.${d.prefix}relid ${EQUALS} p.source_relid WHERE p.${d.prefix}id ${EQUALS} ${reader}`;

/** The same of the stream tables that they read as well, themselves or through others; and who reads which. */
const LOOK_BELOW = statement<WireWithReads>(
  (d) => `WITH RECURSIVE needed (id) AS (SELECT s.${d.prefix}id ${fromAsked(d)}
UNION SELECT below.id FROM needed CROSS JOIN LATERAL (SELECT u.${d.prefix}id AS id ${readBy(d, 'needed.id')}) below)
SELECT pg_catalog.json_build_array(${factsOf(d)}, (SELECT coalesce(pg_catalog.json_agg(
pg_catalog.json_build_array(u.${d.prefix}schema, u.${d.prefix}name)), '[]') ${readBy(d, `s.${d.prefix}id`)}),
(SELECT coalesce(pg_catalog.json_agg(p.source_relid::bigint), '[]') FROM ${d.schema}.${d.prefix}dependencies p
WHERE p.${d.prefix}id ${EQUALS} s.${d.prefix}id AND p.source_type ${EQUALS} 'TABLE'))::pg_catalog.text AS pgstream
FROM needed JOIN ${d.catalog} s ON s.${d.prefix}id ${EQUALS} needed.id`,
);

/** Looks at stream tables, and at those below them where that is asked for, by one statement. */
export async function look(context: Context, names: readonly QualifiedName[], below: boolean): Promise<Sight> {
  const { holdsFrontierBack: holdsBack } = await context.dialect();
  if (!below) {
    const rows = await run(context, LOOK, [namesAsked(names)], { operation: 'read' });
    return { facts: new Map(rows.map(decodeFacts)), reads: new Map(), holdsBack };
  }
  const rows = await run(context, LOOK_BELOW, [namesAsked(names)], { operation: 'read', reads: ['dependencies'] });
  const seen = rows.map(([wire, read, sources]) => {
    const [key, facts] = decodeFacts(wire);
    return { key, facts, reads: { streamTables: read.map(([schema, name]) => quoteName({ schema, name })), sources } };
  });
  return {
    facts: new Map(seen.map(({ key, facts }) => [key, facts])),
    reads: new Map(seen.map(({ key, reads }) => [key, reads])),
    holdsBack,
  };
}

/** $1 of {@link fromAsked}. */
export function namesAsked(names: readonly QualifiedName[]): string {
  return JSON.stringify(names.map(({ schema, name }) => [schema, name]));
}

/** The quoted name of a stream table, and its facts. */
export function decodeFacts(wire: FactsWire): [key: string, facts: Facts] {
  const [schema, table, judged, refreshMode, lastRefreshUs, frontier, us, position, keepsSnapshot, hasWritten] = wire;
  const name: QualifiedName = { schema, name: table };
  const [isPopulated] = judged;
  const isStale = verdict(judged);
  const reached = frontier && new Map(Object.entries(frontier.sources ?? {}).map(readReached));
  const when = { us, position: position === null ? null : (readLsn(position) ?? null) };
  const facts = {
    name,
    isPopulated,
    isStale,
    refreshMode,
    lastRefreshUs,
    frontier: reached,
    keepsSnapshot,
    hasWritten,
  };
  return [quoteName(name), { ...facts, ...when }];
}

/** A source without a position has come nowhere. */
function readReached([oid, { lsn }]: [oid: string, source: { readonly lsn?: string | null }]): [number, bigint] {
  return [Number(oid), readLsn(lsn ?? '') ?? 0n];
}
