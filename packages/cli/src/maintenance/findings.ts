import type { DependencyGraph, StreamTableStatus } from '@pgstream/core';
import type { Pool } from 'pg';
import { nameText } from '../names/index.ts';
import type { Finding } from '../output/index.ts';
import { type Circumstance, type Fault, FAULTS } from './faults.ts';
import { type QueryShape, shapesOf } from './shapes.ts';

/** Which release of the extension the database has. */
export interface Release {
  readonly name: string;
  readonly version: string;
}

/** Of these relations those without the hidden column in which pg_stream counts the rows of a group (contract A.3). */
const COUNTLESS = `SELECT c.oid::pg_catalog.text AS oid FROM pg_catalog.pg_class c
WHERE c.oid OPERATOR(pg_catalog.=) ANY (SELECT v::pg_catalog.oid FROM pg_catalog.json_array_elements_text($1::pg_catalog.text::json) v)
AND NOT EXISTS (SELECT FROM pg_catalog.pg_attribute a WHERE a.attrelid OPERATOR(pg_catalog.=) c.oid AND a.attname OPERATOR(pg_catalog.=) '__pgs_count')`;

/** What the installed release does wrongly with a stream table that is such and such. */
export function faultsOf(
  { name, version }: Release,
  mode: string,
  is: ReadonlySet<QueryShape | Circumstance>,
): readonly Fault[] {
  return FAULTS.filter(
    (fault) =>
      fault.of === name &&
      fault.mode === mode &&
      is.has(fault.when) &&
      (fault.until === null || isBefore(version, fault.until)),
  );
}

/** What is no version at all is taken for a new one. */
function isBefore(version: string, release: NonNullable<Fault['until']>): boolean {
  const numbers = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?/
    .exec(version)
    ?.slice(1)
    .map((part) => Number(part ?? 0));
  if (numbers === undefined) return false;
  const place = release.findIndex((part, at) => part !== numbers[at]);
  return place !== -1 && (numbers[place] ?? 0) < (release[place] ?? 0);
}

/** Stream tables that the installed release does not maintain rightly, by its mode and what is in its query. */
export async function maintenanceFindings(
  pool: Pool,
  release: Release,
  tables: readonly StreamTableStatus[],
  { nodes }: DependencyGraph,
): Promise<Finding[]> {
  const concerned = tables.filter(({ refreshMode }) =>
    FAULTS.some(({ of, mode }) => of === release.name && mode === refreshMode),
  );
  if (concerned.length === 0) return [];
  const countless = await withoutCounts(pool, concerned);
  const streamTables = new Set(nodes.filter(({ kind }) => kind === 'STREAM_TABLE').map(({ oid }) => oid));
  const found = concerned.map(async (table): Promise<Finding[]> => {
    const is = new Set<QueryShape | Circumstance>(await shapesOf(table.definingQuery));
    const reads = nodes.find(({ oid }) => oid === table.relationOid)?.reads ?? [];
    if (reads.some((oid) => streamTables.has(oid))) is.add('reads a stream table');
    if (is.has('groups') && countless.has(table.relationOid)) is.add('keeps no counts');
    return faultsOf(release, table.refreshMode, is).map((fault) => finding(table, release, fault));
  });
  return (await Promise.all(found)).flat();
}

function finding({ schema, name, refreshMode }: StreamTableStatus, release: Release, fault: Fault): Finding {
  const { severity, outcome, cure, otherwise, right, source } = fault;
  const argument = nameText({ schema, name }, 'public');
  const does = {
    'FULL mode': `pgstream alter '${argument}' --mode FULL, and pgstream refresh '${argument}': each refresh computes all rows then.`,
    'create it again': 'Drop it and create it in this mode: pgstream drop, pgstream create.',
    upgrade: 'Refresh it as well after each full refresh of what it reads.',
  };
  return {
    code: 'MAINTAINED_WRONGLY',
    severity,
    streamTable: { schema, name },
    message: `${release.name} ${release.version} does not maintain ${argument} rightly in ${refreshMode} mode (contract ${source}). ${outcome}`,
    cure: [does[cure], otherwise, right === null ? null : `${right} gets it right.`]
      .filter((part) => part !== null)
      .join(' '),
  };
}

async function withoutCounts(pool: Pool, tables: readonly StreamTableStatus[]): Promise<ReadonlySet<number>> {
  const oids = JSON.stringify(tables.map(({ relationOid }) => String(relationOid)));
  const { rows } = await pool.query<{ oid: string }>(COUNTLESS, [oids]);
  return new Set(rows.map(({ oid }) => Number(oid)));
}
