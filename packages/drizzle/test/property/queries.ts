import { and, desc, eq, exists, inArray, like, not, or, type Query, type SQL, sql } from 'drizzle-orm';
import { alias, type AnyPgColumn, integer, pgSchema, pgTable, type PgTable, text, union } from 'drizzle-orm/pg-core';
import fc from 'fast-check';
import { pgStreamSchema, pgStreamTable, streamAlias } from '../../src/index.ts';
import type { Db } from '../shop/index.ts';

/** What would be a write if it was read where it must not be. */
const MISLEADING = [
  'delete',
  'update order_totals set total = 0',
  "'; delete from order_totals; --",
  '" ; truncate order_totals; "',
  '$$; drop table order_totals; $$',
  '/* ) insert into order_totals */',
  '\\',
  "E'\\'",
  'order_totals',
  'with a as (delete from order_totals)',
  '',
];

const columns = {
  id: integer().primaryKey(),
  note: text('delete'),
  other: text('update order_totals set'),
  quoted: text('"; truncate order_totals; --'),
};

/** Ordinary tables, called like writes, and like stream tables of other schemas. */
const TABLES = [
  pgTable('generated_orders', columns),
  pgTable('delete', columns),
  pgTable('Generated "Totals"', columns),
  pgSchema('app').table('generated_totals', columns),
  pgSchema('insert into').table('update', columns),
];

const streamed = { id: integer(), note: text('delete'), other: text('from'), quoted: text('"; delete from a; --') };
const STREAMS = [
  pgStreamTable('generated_totals', streamed),
  pgStreamTable('truncate', streamed),
  pgStreamSchema('delete from').streamTable('Generated "Totals"', streamed),
] as const;

/** What stands for a row's source: an ordinary table or a stream table, under its own name or another one. */
type Source = (typeof TABLES)[number];

interface Condition {
  readonly kind: 'equal' | 'like' | 'in' | 'exists' | 'constant' | 'not';
  readonly value: string;
  readonly from: number;
}

interface Reading {
  readonly from: number;
  readonly joined: number;
  readonly alias: string;
  readonly conditions: readonly Condition[];
  readonly distinct: boolean;
  readonly locks: boolean;
  readonly limit: number | undefined;
}

/** What a statement is made of. */
export interface Recipe {
  readonly kind: 'select' | 'union' | 'with' | 'insert' | 'insert of a select' | 'update' | 'delete' | 'write in with';
  readonly table: number;
  readonly reading: Reading;
  readonly second: Reading;
  readonly values: readonly string[];
  readonly returns: boolean;
}

const misleading = fc.oneof(
  fc.constantFrom(...MISLEADING),
  fc.array(fc.constantFrom(...MISLEADING), { minLength: 1, maxLength: 3 }).map((some) => some.join(' ')),
);

const condition: fc.Arbitrary<Condition> = fc.record({
  kind: fc.constantFrom('equal', 'like', 'in', 'exists', 'constant', 'not'),
  value: misleading,
  from: fc.nat(7),
});

const reading: fc.Arbitrary<Reading> = fc.record({
  from: fc.nat(7),
  joined: fc.nat(8),
  alias: misleading.filter((name) => name !== ''),
  conditions: fc.array(condition, { maxLength: 3 }),
  distinct: fc.boolean(),
  locks: fc.boolean(),
  limit: fc.option(fc.nat(100), { nil: undefined }),
});

export const recipes: fc.Arbitrary<Recipe> = fc.record({
  kind: fc.constantFrom('select', 'union', 'with', 'insert', 'insert of a select', 'update', 'delete', 'write in with'),
  table: fc.nat(TABLES.length - 1),
  reading,
  second: reading,
  values: fc.array(misleading, { minLength: 1, maxLength: 3 }),
  returns: fc.boolean(),
});

interface Statement {
  toSQL(): Query;
}

/** The statement of a recipe. */
export function statementOf(db: Db, { kind, table: at, reading: first, second, values, returns }: Recipe): Statement {
  const table = TABLES[at]!;
  const rows = values.map((value, id) => ({ id, note: value, other: sql`${value} || ${quotedText(value)}` }));
  const returning = (query: Statement & { returning(): Statement }): Statement => (returns ? query.returning() : query);
  switch (kind) {
    case 'select':
      return select(db, first);
    case 'union':
      return union(select(db, { ...first, locks: false }), select(db, { ...second, locks: false }));
    case 'with': {
      const listed = db.$with(first.alias).as(select(db, second));
      return db
        .with(listed)
        .select()
        .from(listed)
        .where(conditionOf(db, listed.note, first));
    }
    case 'insert':
      return returning(
        db
          .insert(table)
          .values(rows)
          .onConflictDoUpdate({ target: table.id, set: { note: values[0]! } }),
      );
    case 'insert of a select':
      return returning(db.insert(table).select(plainSelect(db, first)));
    case 'update': {
      const { source } = sourceOf(first.from, first.alias);
      const update = db.update(table).set({ note: values[0]!, other: quotedText(values[0]!) });
      return returning(update.from(source).where(conditionOf(db, source.note, first)));
    }
    case 'delete':
      return returning(db.delete(table).where(conditionOf(db, table.note, first)));
    case 'write in with':
    default: {
      const gone = db.$with(first.alias).as(
        db
          .delete(table)
          .where(conditionOf(db, table.note, first))
          .returning(),
      );
      return db.with(gone).select().from(gone);
    }
  }
}

/** What it writes, as PostgreSQL would call it. */
export function writesOf({ kind, table: at }: Recipe): readonly { operation: string; table: PgTable }[] {
  const table = TABLES[at]!;
  if (kind === 'insert' || kind === 'insert of a select') return [{ operation: 'insert', table }];
  if (kind === 'update') return [{ operation: 'update', table }];
  if (kind === 'delete' || kind === 'write in with') return [{ operation: 'delete', table }];
  return [];
}

function sourceOf(at: number, name: string): { source: Source; isTable: boolean } {
  const table = TABLES[at];
  if (table) return { source: alias(table, name) as unknown as Source, isTable: true };
  const stream = STREAMS[at - TABLES.length] ?? STREAMS[0];
  return { source: streamAlias(stream, name) as unknown as Source, isTable: false };
}

function plainSelect(db: Db, { from, alias: name }: Reading) {
  const { source } = sourceOf(from, name);
  return db.select({ id: source.id, note: source.note, other: source.other, quoted: source.quoted }).from(source);
}

function select(db: Db, { from, joined, alias: name, conditions, distinct, locks, limit }: Reading) {
  const { source, isTable } = sourceOf(from, name);
  const fields = { id: source.id, note: source.note, constant: quotedText(name).as(name) };
  const query = (distinct ? db.selectDistinct(fields) : db.select(fields)).from(source).$dynamic();
  const other = sourceOf(joined, `${name} 2`).source;
  if (joined < 8) query.leftJoin(other, eq(other.id, source.id));
  query.where(conditionOf(db, source.note, { from, conditions })).orderBy(desc(source.id));
  if (limit !== undefined) query.limit(limit);
  if (locks && isTable && !distinct) query.for('no key update', { of: source });
  return query;
}

function conditionOf(
  db: Db,
  column: AnyPgColumn,
  { conditions }: Pick<Reading, 'from' | 'conditions'>,
): SQL | undefined {
  const all = conditions.map(({ kind, value, from }): SQL | undefined => {
    const { source } = sourceOf(from, `${value} 3`);
    switch (kind) {
      case 'equal':
        return or(eq(column, value), eq(column, sql.placeholder(value)));
      case 'like':
        return like(column, `%${value}%`);
      case 'in':
        return inArray(column, db.select({ note: source.note }).from(source));
      case 'exists':
        return exists(db.select({ one: sql`1` }).from(source));
      case 'constant':
        return eq(column, quotedText(value));
      case 'not':
      default:
        return not(sql`${column} is not distinct from ${value} /* ${sql.raw(value.replaceAll(/[/*]/g, ''))} */`);
    }
  });
  return and(...all);
}

/** As a constant in the text itself, in one of the ways to quote one. */
function quotedText(value: string): SQL<string> {
  const plain = `'${value.replaceAll("'", "''")}'`;
  const escaped = `E'${value.replaceAll(/['\\]/g, String.raw`\$&`)}'`;
  const dollar = `$generated$${value}$generated$`;
  return sql<string>`${sql.raw([plain, escaped, dollar][value.length % 3]!)}`;
}
