import { anywhere, at, functionName, isStar, list, type Node, selectOf, targetsOf } from '../query/index.ts';

/** What there may be in a query that some release maintains wrongly. */
export type QueryShape =
  | 'groups'
  | 'inner join'
  | 'outer join'
  | 'avg, min or max'
  | 'aggregate without GROUP BY'
  | 'window'
  | 'HAVING'
  | 'UNION'
  | 'INTERSECT or EXCEPT'
  | 'UNION ALL of other names'
  | 'current time'
  | 'EXISTS';

/**
 * What is in a query, as far as its text shows it for certain; of one that PostgreSQL's parser refuses, nothing. An inner
 * join and a window that the extension can maintain, by the columns that are in the output, are left out.
 */
export async function shapesOf(query: string): Promise<ReadonlySet<QueryShape>> {
  const top = await selectOf(query);
  if (top === undefined) return new Set();
  const all = [top, ...selectsBelow(top)];
  const isGrouped = list(top['groupClause']).length > 0;
  const aggregates = callsAggregate(top['targetList']);
  const holds: Readonly<Record<QueryShape, boolean>> = {
    groups: isGrouped || aggregates || list(top['distinctClause']).length > 0,
    'inner join': all.some(hidesJoinColumn),
    'outer join': anywhere(top, (type, node) => type === 'JoinExpr' && node['jointype'] !== 'JOIN_INNER'),
    'avg, min or max': anywhere(top, (type, node) => type === 'FuncCall' && isOneOf(node, EXTREMES)),
    'aggregate without GROUP BY': aggregates && !isGrouped,
    window: all.some(hidesPartition),
    HAVING: all.some((select) => callsAggregate(select['havingClause'])),
    UNION: all.some(({ op, all: keepsEqual }) => op === 'SETOP_UNION' && keepsEqual !== true),
    'INTERSECT or EXCEPT': all.some(({ op }) => op === 'SETOP_INTERSECT' || op === 'SETOP_EXCEPT'),
    'UNION ALL of other names': all.some(namesDiffer),
    'current time': anywhere(top, isClock),
    EXISTS: anywhere(top, (type, node) => type === 'SubLink' && node['subLinkType'] === 'EXISTS_SUBLINK'),
  };
  return new Set((Object.keys(holds) as QueryShape[]).filter((shape) => holds[shape]));
}

/** The branches of set operations, which are bare, and everything that is a query in parentheses or in WITH. */
function selectsBelow(value: unknown): Node[] {
  if (Array.isArray(value)) return value.flatMap(selectsBelow);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value as Node).flatMap(([key, part]) => {
    const isSelect =
      key === 'SelectStmt' || ((key === 'larg' || key === 'rarg') && at(value, key)?.['op'] !== undefined);
    return [...(isSelect ? [part as Node] : []), ...selectsBelow(part)];
  });
}

function isSetOperation({ op }: Node): boolean {
  return op !== undefined && op !== 'SETOP_NONE';
}

/** Contract A.10: a join can be maintained if the columns by which it joins are in the output under their own names. */
function hidesJoinColumn(select: Node): boolean {
  const from = list(select['fromClause']);
  const conditions: unknown[] = from.length > 1 ? [select['whereClause']] : [];
  const joins = nodes(from, 'JoinExpr').filter(({ jointype }) => jointype === 'JOIN_INNER');
  for (const { quals, usingClause } of joins) conditions.push(quals, usingClause);
  const columns = [
    ...nodes(conditions, 'A_Expr').flatMap(({ lexpr, rexpr }) => {
      const [one, other] = [columnName(lexpr), columnName(rexpr)];
      return one === undefined || other === undefined ? [] : [one, other];
    }),
    ...joins.flatMap(({ usingClause }) => list(usingClause).map((part) => String(at(part, 'String')?.['sval']))),
  ];
  return !outputHas(select, columns);
}

/** Contract A.10: a window can be maintained if the columns of its partitions are in the output. */
function hidesPartition(select: Node): boolean {
  const windows = [...nodes(select['targetList'], 'over'), ...nodes(select['windowClause'], 'WindowDef')];
  const parts = windows.flatMap(({ partitionClause }) => list(partitionClause));
  const columns = parts.map((part) => columnName(part));
  return columns.includes(undefined) || !outputHas(select, columns.map(String));
}

/** Whether the columns are in the output under their own names; behind a star nobody can tell that they are not. */
function outputHas(select: Node, columns: readonly string[]): boolean {
  if (targetsOf(select).some(isStar)) return true;
  const names = new Set(
    list(select['targetList']).flatMap((item) => {
      const target = at(item, 'ResTarget');
      const name = columnName(target?.['val']);
      return name !== undefined && (target?.['name'] ?? name) === name ? [name] : [];
    }),
  );
  return columns.every((column) => names.has(column));
}

function columnName(value: unknown): string | undefined {
  const name = at(list(at(value, 'ColumnRef')?.['fields']).at(-1), 'String')?.['sval'];
  return typeof name === 'string' ? name : undefined;
}

/** Contract A.10: each branch must name a column as the first one does. */
function namesDiffer(select: Node): boolean {
  if (select['op'] !== 'SETOP_UNION' || select['all'] !== true) return false;
  const [first, second] = [outputNames(at(select, 'larg')), outputNames(at(select, 'rarg'))];
  return first !== undefined && second !== undefined && first.some((name, place) => name !== second[place]);
}

/** The names of the output columns; undefined where the text does not show them. */
function outputNames(select: Node | undefined): (string | undefined)[] | undefined {
  if (select === undefined) return undefined;
  if (isSetOperation(select)) return outputNames(at(select, 'larg'));
  if (targetsOf(select).some(isStar) || list(select['valuesLists']).length > 0) return undefined;
  return list(select['targetList']).map((item) => {
    const { name, val } = at(item, 'ResTarget') ?? {};
    return typeof name === 'string' ? name : (columnName(val) ?? functionName(at(val, 'FuncCall')));
  });
}

/** The nodes of a type, but for those in a query of its own. */
function nodes(value: unknown, type: string): Node[] {
  if (Array.isArray(value)) return value.flatMap((each) => nodes(each, type));
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value as Node).flatMap(([key, part]) =>
    key === 'SelectStmt' ? [] : [...(key === type ? [part as Node] : []), ...nodes(part, type)],
  );
}

const EXTREMES: ReadonlySet<string> = new Set(['avg', 'min', 'max']);
const AGGREGATES: ReadonlySet<string> = new Set([
  ...EXTREMES,
  'array_agg',
  'bool_and',
  'bool_or',
  'count',
  'every',
  'json_agg',
  'jsonb_agg',
  'string_agg',
  'sum',
]);

/** A window function is none, though it may be called the same. */
function isOneOf(call: Node, names: ReadonlySet<string>): boolean {
  return call['over'] === undefined && names.has(functionName(call) ?? '');
}

function callsAggregate(value: unknown): boolean {
  return nodes(value, 'FuncCall').some(
    (call) => isOneOf(call, AGGREGATES) || (call['agg_star'] === true && call['over'] === undefined),
  );
}

const CLOCKS: ReadonlySet<string> = new Set(['now', 'transaction_timestamp', 'statement_timestamp']);

/** The functions that are stable, whose value moves on: those that are volatile are refused. */
function isClock(type: string, node: Node): boolean {
  if (type === 'SQLValueFunction') return /^SVFOP_(?:CURRENT_DATE|CURRENT_TIME|LOCALTIME)/.test(String(node['op']));
  return type === 'FuncCall' && CLOCKS.has(functionName(node) ?? '');
}
