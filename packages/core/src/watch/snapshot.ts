import type { StreamTableState } from '../catalog/index.ts';
import { run, type Context } from '../context/index.ts';
import { EQUALS, statement, type Dialect } from '../dialect/index.ts';
import { boundOf, targetColumns, type Bound, type TargetWire } from '../freshness/index.ts';
import type { QualifiedName } from '../name/index.ts';
import type { ClockReading } from './clock.ts';

/** What is kept of a stream table: enough for an answer at any later time. Instants are epoch milliseconds of the server's clock. */
export interface TableSnapshot extends Bound {
  readonly table: QualifiedName;
  /** One that is dropped and created again has another. */
  readonly id: string;
  readonly status: StreamTableState;
  readonly schedule: string | null;
  readonly lastRefreshMs: number | null;
  readonly dataMs: number | null;
  /** What the extension's verdict counts from. */
  readonly staleFromMs: number | null;
}

/** The stream tables as one statement saw them. */
export interface Snapshot {
  readonly clock: ClockReading;
  readonly tables: readonly TableSnapshot[];
}

type Row = readonly [
  schema: string,
  name: string,
  id: string,
  status: StreamTableState,
  isPopulated: boolean,
  schedule: string | null,
  lastRefreshMs: number | null,
  dataMs: number | null,
  staleFromMs: number | null,
  ...target: TargetWire,
];

interface Wire {
  readonly serverMs: number;
  readonly tables: readonly Row[];
}

/** With what is below a millisecond: the verdict counts that, too. */
const exactMs = (instant: string): string => `extract(epoch FROM ${instant}) OPERATOR(pg_catalog.*) 1000`;

const select = (d: Dialect, from: string): string => `SELECT pg_catalog.json_build_object(
'serverMs', ${exactMs('pg_catalog.statement_timestamp()')},
'tables', coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(s.${d.prefix}schema, s.${d.prefix}name,
s.${d.prefix}id::pg_catalog.text, s.status, s.is_populated, s.schedule,
${exactMs('s.last_refresh_at')}, ${exactMs('s.data_timestamp')}, ${exactMs(`s.${d.staleFrom}`)}${targetColumns(d)})), '[]'::pg_catalog.json)
)::pg_catalog.text AS pgstream FROM ${from}`;

const ALL = statement<Wire>((d) => select(d, `${d.catalog} s`));

/** Of those that $1 names, as JSON. */
const NAMED = statement<Wire>((d) =>
  select(
    d,
    `pg_catalog.json_array_elements($1::pg_catalog.text::pg_catalog.json) n (named) JOIN ${d.catalog} s
ON s.${d.prefix}schema ${EQUALS} (named OPERATOR(pg_catalog.->>) 'schema')
AND s.${d.prefix}name ${EQUALS} (named OPERATOR(pg_catalog.->>) 'name')`,
  ),
);

/** Asks for the named stream tables, or for all, by one statement. */
export async function takeSnapshot(context: Context, names: readonly QualifiedName[] | undefined): Promise<Snapshot> {
  const about = { operation: 'watch' };
  // The question for the extension, if it has to be asked, is none of the round trip that the clock is read by.
  await context.extension();
  const sentAt = performance.now();
  const [wire] =
    names === undefined
      ? await run(context, ALL, [], about)
      : await run(context, NAMED, [JSON.stringify(names)], about);
  const receivedAt = performance.now();
  const { serverMs, tables } = wire!;
  return { clock: { serverMs, sentAt, receivedAt }, tables: tables.map(decode) };
}

function decode(row: Row): TableSnapshot {
  const [schema, name, id, status, isPopulated, schedule, lastRefreshMs, dataMs, staleFromMs, ...target] = row;
  const boundMs = boundOf(schedule, target);
  return { table: { schema, name }, id, status, isPopulated, schedule, boundMs, lastRefreshMs, dataMs, staleFromMs };
}
