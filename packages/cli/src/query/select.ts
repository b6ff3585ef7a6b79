import type * as Parser from 'libpg-query';
import { at, list, type Node } from './tree.ts';

let parser: Promise<typeof Parser> | undefined;

/** PostgreSQL's own parser, which is loaded once it is needed. */
export function parserOf(): Promise<typeof Parser> {
  return (parser ??= import('libpg-query'));
}

/** Reads a query with PostgreSQL's own parser. Undefined for what that refuses, and for what is no query. */
export async function selectOf(query: string): Promise<Node | undefined> {
  const { parse } = await parserOf();
  try {
    const { stmts } = await parse(query);
    return at(stmts?.[0]?.stmt, 'SelectStmt');
  } catch {
    return undefined;
  }
}

/** The expressions of the select list. */
export function targetsOf(select: Node): unknown[] {
  return list(select['targetList']).map((target) => at(target, 'ResTarget')?.['val']);
}

/** Behind one nobody can tell the places of columns. */
export function isStar(target: unknown): boolean {
  return list(at(target, 'ColumnRef')?.['fields']).some((field) => at(field, 'A_Star') !== undefined);
}

/** The name of the function that a FuncCall calls; undefined where it is in a schema that is not PostgreSQL's own. */
export function functionName(call: Node | undefined): string | undefined {
  const names = list(call?.['funcname']).map((part) => at(part, 'String')?.['sval']);
  const name = names.at(-1);
  const isItsOwn = names.length === 1 || names[0] === 'pg_catalog';
  return isItsOwn && typeof name === 'string' ? name : undefined;
}
