import { PgStreamError } from '@pgstream/core';
import {
  Column,
  JoinColumn,
  type JoinColumnOptions,
  JoinTable,
  type JoinTableOptions,
  ManyToMany,
  ManyToOne,
  OneToMany,
  OneToOne,
  type RelationOptions,
} from 'typeorm';
import { type StreamEntityClass, StreamTableEntity } from '../entity/index.ts';
import type { ColumnValue, KnownOptions, StreamColumn } from './column-values.ts';
import { declareStreamTable, type StreamTableOptions } from './declare.ts';

/** A relation of a stream table. What a cascade would write to the stream table is refused. */
export interface StreamRelation<Related = unknown> extends RelationOptions {
  readonly type: 'many-to-one' | 'one-to-one' | 'one-to-many' | 'many-to-many';
  /** The class of the related entity; a function, because that may be declared later. */
  readonly target: () => StreamEntityClass<Related>;
  /** The property of the related entity that leads back. */
  readonly inverseSide?: string;
  /** The column of the stream table that names the related row; for `many-to-one`, and where it owns a `one-to-one`. */
  readonly joinColumn?: JoinColumnOptions | JoinColumnOptions[];
  /** Where it owns a `many-to-many`: the ordinary table between the two. */
  readonly joinTable?: JoinTableOptions;
}

/** A stream table, declared without decorators. */
export interface StreamTableDeclaration<
  Columns extends Readonly<Record<string, StreamColumn>>,
  Relations extends Readonly<Record<string, StreamRelation>>,
> extends Omit<StreamTableOptions, 'name'> {
  /** Its name in the database. */
  readonly name: string;
  /** Name of the class, by which TypeORM also finds the entity. Default: the table's, `region_totals` being `RegionTotals`. */
  readonly className?: string;
  /** A type for each property, or options with a type. `primary` where the query has a key; none is needed. */
  readonly columns: Columns;
  readonly relations?: Relations;
}

/** A row of it: its columns, and its relations where they are read. */
export type StreamTableRow<Columns, Relations> = StreamTableEntity & {
  -readonly [Key in keyof Columns]: ColumnValue<Columns[Key]>;
} & { -readonly [Key in keyof Relations]?: RelationValue<Relations[Key]> };

type RelationValue<Relation> = Relation extends { type: infer Type; target: () => StreamEntityClass<infer Related> }
  ? Loaded<Relation, Type extends `${string}-to-many` ? Related[] : Related | null>
  : never;

type Loaded<Relation, Value> = Relation extends { lazy: true } ? Promise<Value> : Value;

/** The class that is made: an entity like one of `@StreamTable` that extends `StreamTableEntity`. */
export type DefinedStreamTable<Row> = (new () => Row) & Pick<typeof StreamTableEntity, keyof typeof StreamTableEntity>;

/**
 * Declares a stream table without decorators, and returns the class of its entity: what `@StreamTable` makes of a class
 * that extends `StreamTableEntity`. Throws INVALID_NAME for a column of the extension's own.
 *
 * @example
 * export const RegionTotals = defineStreamTable({
 *   name: 'region_totals',
 *   columns: { region: { type: 'text', nullable: true }, total: 'numeric' },
 * });
 * export type RegionTotals = InstanceType<typeof RegionTotals>;
 */
export function defineStreamTable<
  const Columns extends Readonly<Record<string, StreamColumn>>,
  // oxlint-disable-next-line typescript/no-generated-empty-object-type -- that is what no relations are
  const Relations extends Readonly<Record<string, StreamRelation>> = Readonly<Record<never, never>>,
>(
  declaration: StreamTableDeclaration<Columns, Relations> & { readonly columns: KnownOptions<Columns> },
): DefinedStreamTable<StreamTableRow<Columns, Relations>> {
  const { className = classNameOf(declaration.name), columns, relations, ...options } = declaration;
  const entity = { [className]: class extends StreamTableEntity {} }[className] as typeof StreamTableEntity;
  for (const [property, column] of Object.entries(columns)) declareColumn(entity.prototype, property, column);
  for (const [property, relation] of Object.entries<StreamRelation>(relations ?? {}))
    declareRelation(entity.prototype, property, relation);
  declareStreamTable(entity, options);
  return entity as unknown as DefinedStreamTable<StreamTableRow<Columns, Relations>>;
}

function classNameOf(table: unknown): string {
  if (typeof table !== 'string' || table === '') {
    throw new PgStreamError('INVALID_NAME', 'defineStreamTable() takes the name of the stream table, a string.', {
      operation: 'declare',
    });
  }
  return table.replaceAll(/(?:^|[^\p{L}\p{N}]+)([\p{L}\p{N}]|$)/gu, (_, letter: string) => letter.toUpperCase());
}

function declareColumn(prototype: object, property: string, column: StreamColumn): void {
  const options = typeof column === 'object' && 'type' in column ? column : { type: column };
  Column({ ...options })(prototype, property);
}

function declareRelation(prototype: object, property: string, relation: StreamRelation): void {
  const { type, target, inverseSide, joinColumn, joinTable, ...options } = relation;
  const decorators: readonly PropertyDecorator[] = [
    DECORATORS[type](target, inverseSide ?? '', options),
    ...(joinColumn ? [JoinColumn(joinColumn as JoinColumnOptions)] : []),
    ...(joinTable ? [JoinTable(joinTable)] : []),
  ];
  for (const decorate of decorators) decorate(prototype, property);
}

type RelationDecorator = (
  target: () => StreamEntityClass<unknown>,
  inverseSide: string,
  options: RelationOptions,
) => PropertyDecorator;

const DECORATORS: Readonly<Record<StreamRelation['type'], RelationDecorator>> = {
  'many-to-one': ManyToOne,
  'one-to-one': OneToOne,
  'one-to-many': OneToMany,
  'many-to-many': ManyToMany,
};
