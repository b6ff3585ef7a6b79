import type { ColumnOptions, ColumnType } from 'typeorm';

/** Column types by what TypeORM makes of their values on PostgreSQL. */
interface ValuesByType {
  string:
    | 'text'
    | 'varchar'
    | 'character varying'
    | 'char'
    | 'character'
    | 'citext'
    | 'uuid'
    | 'xml'
    | 'bigint'
    | 'int8'
    | 'numeric'
    | 'decimal'
    | 'money'
    | 'date'
    | 'time'
    | 'timetz'
    | 'time with time zone'
    | 'time without time zone'
    | 'inet'
    | 'cidr'
    | 'macaddr'
    | 'macaddr8'
    | 'ltree'
    | 'tsvector'
    | 'bit'
    | 'bit varying'
    | 'varbit'
    | StringConstructor;
  number:
    | 'int'
    | 'int2'
    | 'int4'
    | 'integer'
    | 'smallint'
    | 'float'
    | 'float4'
    | 'float8'
    | 'real'
    | 'double precision'
    | NumberConstructor;
  boolean: 'bool' | 'boolean' | BooleanConstructor;
  Date: 'timestamp' | 'timestamptz' | 'timestamp with time zone' | 'timestamp without time zone' | DateConstructor;
  Buffer: 'bytea';
}

/** A column, said at length. `nullable` is what you know of the query: PostgreSQL keeps no NOT NULL for stream tables. */
export type StreamColumnOptions = ColumnOptions & { readonly type: ColumnType };

/** A column whose values are said by {@link columnOf}. */
export type TypedColumn<Value> = StreamColumnOptions & { readonly [values]?: Value };
declare const values: unique symbol;

/**
 * A column of `defineStreamTable()` whose values its type does not tell: JSON, an enum, or what a transformer makes.
 *
 * @example
 * columns: { doc: columnOf<{ tags: string[] }>({ type: 'jsonb' }) }
 */
export function columnOf<Value>(options: StreamColumnOptions): TypedColumn<Value> {
  return options;
}

/** What may be said of a column: its type alone, or more. */
export type StreamColumn = ColumnType | StreamColumnOptions;

/** Of columns, what nobody knows is not allowed: the compiler does not look for it in what it infers from. */
export type KnownOptions<Columns> = {
  readonly [Key in keyof Columns]: Columns[Key] extends StreamColumnOptions
    ? Readonly<Record<Exclude<keyof Columns[Key], keyof StreamColumnOptions | typeof values>, never>>
    : unknown;
};

/** The values of a column in an entity. */
export type ColumnValue<Column> = typeof values extends keyof Column
  ? Exclude<Column[typeof values], undefined>
  : Column extends { readonly type: infer Type }
    ? Nullable<Column, Several<Column, ValueOf<Type>>>
    : ValueOf<Column>;

type Nullable<Column, Value> = Column extends { readonly nullable: true } ? Value | null : Value;
type Several<Column, Value> = Column extends { readonly array: true } ? Value[] : Value;

type ValueOf<Type> = Type extends ValuesByType['string']
  ? string
  : Type extends ValuesByType['number']
    ? number
    : Type extends ValuesByType['boolean']
      ? boolean
      : Type extends ValuesByType['Date']
        ? Date
        : Type extends ValuesByType['Buffer']
          ? Buffer
          : unknown;
