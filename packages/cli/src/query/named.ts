import type * as Parser from 'libpg-query';
import { parserOf } from './select.ts';
import { at, list } from './tree.ts';

/** A relation or schema that a statement names, and whether it drops that. */
export interface Named {
  readonly kind: 'relation' | 'schema';
  /** Null where none is said, and for schemas. */
  readonly schema: string | null;
  readonly name: string;
  readonly drops: boolean;
}

/** What statements only read: a view of it, or what is selected into another table. */
const READING: ReadonlySet<string> = new Set(['SelectStmt', 'ViewStmt', 'CreateTableAsStmt']);

/**
 * The relations and schemas that statements change, or make depend on something, in their order. Undefined for what
 * PostgreSQL's parser does not take.
 */
export async function namedIn(sql: string): Promise<Named[] | undefined> {
  const { parse } = await parserOf();
  let parsed: Parser.ParseResult;
  try {
    parsed = await parse(sql);
  } catch {
    return undefined;
  }
  return (parsed.stmts ?? []).flatMap(({ stmt }) => {
    const [[type, node] = ['', {}]] = Object.entries(stmt ?? {});
    if (READING.has(type)) return [];
    return type === 'DropStmt' ? dropped(node) : relationsBelow(node);
  });
}

/** The names of what is dropped; of a trigger or the like, that of its table. */
function dropped(node: unknown): Named[] {
  const { removeType, objects } = node as { readonly removeType?: string; readonly objects?: unknown };
  return list(objects).flatMap((object): Named[] => {
    const parts = [object, ...list(at(object, 'List')?.['items'])].flatMap((part) => {
      const text = at(part, 'String')?.['sval'];
      return typeof text === 'string' ? [text] : [];
    });
    const [name, schema] = parts.toReversed();
    if (name === undefined) return [];
    if (removeType === 'OBJECT_SCHEMA') return [{ kind: 'schema', schema: null, name, drops: true }];
    const isOfTable = /^OBJECT_(?:TRIGGER|POLICY|RULE)$/.test(removeType ?? '');
    if (!isOfTable) return [{ kind: 'relation', schema: schema ?? null, name, drops: true }];
    const [, table = '', of] = parts.toReversed();
    return [{ kind: 'relation', schema: of ?? null, name: table, drops: false }];
  });
}

/** Those that are named anywhere in it, as the other end of a foreign key, too. */
function relationsBelow(value: unknown): Named[] {
  if (Array.isArray(value)) return value.flatMap(relationsBelow);
  if (typeof value !== 'object' || value === null) return [];
  const { relname, schemaname } = value as { readonly relname?: unknown; readonly schemaname?: unknown };
  if (typeof relname === 'string') {
    return [
      { kind: 'relation', schema: typeof schemaname === 'string' ? schemaname : null, name: relname, drops: false },
    ];
  }
  return Object.values(value).flatMap(relationsBelow);
}
