import { query, type SqlExecutor } from '../executor/index.ts';
import { querySide, tableSide, type Compared, type Side } from './sides.ts';
import type { FloatTolerance, RowCounts, RowDifference, RowSample } from './result.ts';
import type { Stored } from './storage.ts';

/** How it is compared. */
export interface Comparing {
  readonly sample: number;
  readonly maxRows: number | undefined;
  readonly tolerance: FloatTolerance;
}

/** The rows of both sides, and what only one of them has. */
export interface Comparison {
  readonly rows: RowCounts;
  readonly missing: RowDifference;
  readonly surplus: RowDifference;
}

type WireSample = readonly [copies: number, values: readonly (string | null)[]];

interface Wire {
  readonly query: number;
  readonly table: number;
  readonly missing: number;
  readonly surplus: number;
  readonly missingSample: readonly WireSample[];
  readonly surplusSample: readonly WireSample[];
}

const GREATER = 'OPERATOR(pg_catalog.>)';
const LESS = 'OPERATOR(pg_catalog.<)';
const DIFFERS = 'OPERATOR(pg_catalog.<>)';
/** Values of a sample are cut: there may be whole documents. */
const MOST_CHARACTERS = 1_000;

/**
 * Compares both sides as multisets in one statement, and so in one snapshot: each is read once, and equal rows are counted, up
 * for the query and down for the table. What is left over is different. Nothing but that is sent, and of that a sample.
 *
 * As in all statements with the query's text there are no parameters: who numbers these anew would find `$1` in its literals.
 */
export async function compare(
  executor: SqlExecutor,
  stored: Stored,
  compared: readonly Compared[],
  how: Comparing,
): Promise<Comparison> {
  const text = comparison(querySide(stored, compared), tableSide(stored, compared), compared, how);
  const [wire] = await query<Wire>(executor, text);
  if (wire === undefined) throw new TypeError('An aggregate without GROUP BY gives one row.');
  const samples = (sample: readonly WireSample[]): RowSample[] =>
    sample.map(([copies, values]) => ({
      copies,
      values: Object.fromEntries(compared.map(({ column }, index) => [column.name, shortened(values[index] ?? null)])),
    }));
  return {
    rows: { query: wire.query, table: wire.table },
    missing: { count: wire.missing, sample: samples(wire.missingSample) },
    surplus: { count: wire.surplus, sample: samples(wire.surplusSample) },
  };
}

/** The server sends one character more than are shown. */
function shortened(value: string | null): string | null {
  return value !== null && Array.from(value).length > MOST_CHARACTERS
    ? `${Array.from(value).slice(0, MOST_CHARACTERS).join('')}…`
    : value;
}

function comparison(
  ofQuery: Side,
  ofTable: Side,
  compared: readonly Compared[],
  { sample: most, maxRows, tolerance }: Comparing,
): string {
  const aliases = compared.map(({ alias }) => alias);
  const all = aliases.join(', ');
  // Both read one row more than may be, so that it shows.
  const bound = maxRows === undefined ? '' : ` LIMIT ${maxRows + 1}`;
  const floats = compared.filter(({ column: { by } }) => toleranceOf(by, tolerance) > 0);
  const { steps, left } = withoutNeighbours(compared, floats, tolerance);
  const sample = (
    where: string,
  ): string => `(SELECT coalesce(pg_catalog.json_agg(pg_catalog.json_build_array(x.copies, x.shown)), '[]')
FROM (SELECT pg_catalog.abs(l.n) AS copies, ARRAY[${aliases.map((alias) => `pg_catalog.left(l.${alias}::pg_catalog.text, ${MOST_CHARACTERS + 1})`).join(', ')}]::pg_catalog.text[] AS shown
  FROM ${left} l WHERE l.n ${where} 0 ORDER BY ${aliases.map((alias) => `l.${alias}`).join(', ')} LIMIT ${most}) x)`;
  // The grand total is another grouping of the same pass.
  return `WITH counted AS MATERIALIZED (
SELECT ${all}, pg_catalog.sum(side) AS n, pg_catalog.count(*) AS total, GROUPING(c1) AS of_all
FROM ((SELECT 1 AS side, ${ofQuery.values.join(', ')} FROM ${ofQuery.from}${bound})
UNION ALL (SELECT -1, ${ofTable.values.join(', ')} FROM ${ofTable.from}${bound})) both_sides
GROUP BY GROUPING SETS ((${all}), ())
HAVING GROUPING(c1) OPERATOR(pg_catalog.=) 1 OR pg_catalog.sum(side) ${DIFFERS} 0
), differing AS NOT MATERIALIZED (SELECT * FROM counted WHERE of_all ${DIFFERS} 1)${steps.map((step) => `, ${step}`).join('')}
SELECT pg_catalog.json_build_object(
'query', (total.total OPERATOR(pg_catalog.+) coalesce(total.n, 0)) OPERATOR(pg_catalog./) 2,
'table', (total.total OPERATOR(pg_catalog.-) coalesce(total.n, 0)) OPERATOR(pg_catalog./) 2,
'missing', (SELECT coalesce(pg_catalog.sum(l.n), 0) FROM ${left} l WHERE l.n ${GREATER} 0),
'surplus', (SELECT coalesce(pg_catalog.sum(OPERATOR(pg_catalog.-) l.n), 0) FROM ${left} l WHERE l.n ${LESS} 0),
'missingSample', ${sample(GREATER)}, 'surplusSample', ${sample(LESS)})::pg_catalog.text AS pgstream
FROM counted total WHERE total.of_all OPERATOR(pg_catalog.=) 1`;
}

/** How far values may be apart; 0 where they have to be equal. */
export function toleranceOf(by: Compared['column']['by'], { doublePrecision, real }: FloatTolerance): number {
  if (by === 'double precision') return doublePrecision;
  return by === 'real' ? real : 0;
}

/**
 * Of the rows that differ, those that agree in everything but numbers which are near each other are put together, one such
 * column after the other, and counted again. Each row is near the one before it, in order; of a chain of them the ends may be
 * further apart.
 */
function withoutNeighbours(
  compared: readonly Compared[],
  floats: readonly Compared[],
  tolerance: FloatTolerance,
): { readonly steps: readonly string[]; readonly left: string } {
  if (floats.length === 0) return { steps: [], left: 'differing' };
  const keys = compared.filter((each) => !floats.includes(each)).map(({ alias }) => alias);
  const steps: string[] = [];
  let from = 'differing';
  const groups = [...keys];
  floats.forEach(({ alias, column: { by } }, index) => {
    const place = index + 1;
    const partition = groups.length === 0 ? '' : `PARTITION BY ${groups.join(', ')} `;
    const before = `pg_catalog.lag(${alias}) OVER (${partition}ORDER BY ${alias})`;
    steps.push(
      `near_${place} AS (SELECT y.*, CASE WHEN ${isNear(`y.${alias}`, 'y.before', toleranceOf(by, tolerance))} THEN 0 ELSE 1 END AS b${place}
FROM (SELECT d.*, ${before} AS before FROM ${from} d) y)`,
      `group_${place} AS (SELECT ${[...compared.map((each) => each.alias), 'n', ...floats.slice(0, index).map((_, earlier) => `g${earlier + 1}`)].join(', ')},
pg_catalog.sum(b${place}) OVER (${partition}ORDER BY ${alias} ROWS UNBOUNDED PRECEDING) AS g${place} FROM near_${place})`,
    );
    groups.push(`g${place}`);
    from = `group_${place}`;
  });
  const one = ({ alias }: Compared): string =>
    floats.some((each) => each.alias === alias)
      ? `CASE WHEN pg_catalog.sum(n) ${GREATER} 0 THEN pg_catalog.min(${alias}) FILTER (WHERE n ${GREATER} 0) ELSE pg_catalog.min(${alias}) FILTER (WHERE n ${LESS} 0) END AS ${alias}`
      : alias;
  steps.push(
    `left_over AS MATERIALIZED (SELECT ${compared.map(one).join(', ')}, pg_catalog.sum(n) AS n FROM ${from}
GROUP BY ${groups.join(', ')} HAVING pg_catalog.sum(n) ${DIFFERS} 0)`,
  );
  return { steps, left: 'left_over' };
}

const double = (x: string): string => `${x}::pg_catalog.float8`;

/** Differences and quotients that would overflow or underflow are errors, so they are not computed. */
function isNear(a: string, b: string, tolerance: number): string {
  const abs = (x: string): string => `pg_catalog.abs(${double(x)})`;
  const sign = (x: string): string => `pg_catalog.sign(${double(x)})`;
  const [larger, smaller] = ['greatest', 'least'].map((of) => `${of}(${abs(a)}, ${abs(b)})`);
  return `CASE WHEN ${a} IS NULL OR ${b} IS NULL THEN ${a} IS NULL AND ${b} IS NULL
WHEN ${a} OPERATOR(pg_catalog.=) ${b} THEN true
WHEN ${larger} OPERATOR(pg_catalog.<=) ${double("'1e300'")} THEN
  pg_catalog.abs(${double(a)} OPERATOR(pg_catalog.-) ${double(b)}) OPERATOR(pg_catalog.<=) (${double(`'${tolerance}'`)} OPERATOR(pg_catalog.*) greatest(1, ${larger}))
WHEN ${smaller} ${GREATER} ${double("'1e290'")} AND ${sign(a)} OPERATOR(pg_catalog.=) ${sign(b)} THEN
  (${smaller} OPERATOR(pg_catalog./) ${larger}) OPERATOR(pg_catalog.>=) ${double(`'${1 - tolerance}'`)}
ELSE false END`;
}
