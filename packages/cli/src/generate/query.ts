import { anywhere, at, functionName, isStar, list, type Node, selectOf, targetsOf } from '../query/index.ts';

/** What the text of a query says of the rows that it gives, as far as that is certain. */
export interface QueryShape {
  /** Whether a column that is never null in its source may be null in the result: behind an outer join, or ROLLUP. */
  readonly addsNulls: boolean;
  /** Output columns, from 0, that tell every row of it apart: those it is grouped by. Null where there are none. */
  readonly groupedBy: readonly number[] | null;
  /** Output columns, from 0, that are a number of rows: zero at the least. */
  readonly counts: readonly number[];
  /** Whether each row is one row of one relation, and none twice. */
  readonly isOneRelation: boolean;
}

/** Reads a query with PostgreSQL's own parser. Undefined for what that refuses. */
export async function shapeOf(query: string): Promise<QueryShape | undefined> {
  const select = await selectOf(query);
  if (select === undefined) return undefined;
  return {
    addsNulls: anywhere(
      select,
      (type, node) => type === 'GroupingSet' || (type === 'JoinExpr' && node['jointype'] !== 'JOIN_INNER'),
    ),
    groupedBy: groupedBy(select),
    counts: counts(select),
    isOneRelation: isOneRelation(select),
  };
}

function counts(select: Node): number[] {
  const targets = targetsOf(select);
  if (!isPlain(select) || targets.some(isStar)) return [];
  return targets.flatMap((target, place) => (aggregateOf(target) === 'count' ? [place] : []));
}

/** A group is a row, whatever is grouped. Names are no proof: one may be that of a source's column. */
function groupedBy(select: Node): number[] | null {
  const items = list(select['groupClause']);
  if (items.length === 0 || !isPlain(select)) return null;
  const targets = targetsOf(select);
  if (targets.some(isStar) || targets.some(returnsRows)) return null;
  const written = targets.map((target) => JSON.stringify(target, withoutPlace));
  const columns = items.map((item) => ordinal(item) ?? written.indexOf(JSON.stringify(item, withoutPlace)));
  return columns.every((column) => column >= 0 && column < targets.length) ? [...new Set(columns)] : null;
}

function isOneRelation(select: Node): boolean {
  const from = list(select['fromClause']);
  const relation = at(from[0], 'RangeVar');
  if (from.length !== 1 || relation === undefined || !isPlain(select)) return false;
  if (list(select['groupClause']).length > 0 || select['withClause'] !== undefined) return false;
  return !targetsOf(select).some(returnsRows);
}

/** One SELECT: no UNION and its like, whose branches may give the same row. */
function isPlain({ op }: Node): boolean {
  return op === undefined || op === 'SETOP_NONE';
}

/** Whether it may be a function that gives several rows: which functions do cannot be read off a text. */
function returnsRows(target: unknown): boolean {
  return anywhere(target, (type, node) => type === 'FuncCall' && aggregateOf({ FuncCall: node }) === undefined);
}

/** The common ones, all of which give one value. */
const AGGREGATES = new Set(['array_agg', 'avg', 'bool_and', 'bool_or', 'count', 'max', 'min', 'string_agg', 'sum']);

/** The name of the aggregate that is called; undefined for anything else. */
function aggregateOf(target: unknown): string | undefined {
  const name = functionName(at(target, 'FuncCall'));
  return name !== undefined && AGGREGATES.has(name) ? name : undefined;
}

/** GROUP BY 2: the second output column. */
function ordinal(item: unknown): number | undefined {
  const constant = at(item, 'A_Const');
  const value = (constant?.['ival'] as Node | undefined)?.['ival'];
  return typeof value === 'number' ? value - 1 : undefined;
}

/** Where something stands in the text makes no difference. */
function withoutPlace(key: string, value: unknown): unknown {
  return key === 'location' ? undefined : value;
}
