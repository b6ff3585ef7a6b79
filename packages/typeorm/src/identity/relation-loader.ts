import { PgStreamError } from '@pgstream/core';
import type { DataSource, EntityMetadata, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import { keptValue } from './kept-values.ts';
import { type ColumnMetadata, isKeyless } from './place.ts';

type Relation = EntityMetadata['relations'][number];
type Builder = SelectQueryBuilder<ObjectLiteral>;
type Loader = Pick<DataSource['relationLoader'], 'load'> & { [loads]?: true };

/** On the loader of a DataSource: one place for both module formats of this package. */
const loads = Symbol.for('@pgstream/typeorm.loads');

/**
 * Has relations from rows without a key, lazy ones among them, loaded by what their join columns said when they were read:
 * TypeORM would join with the stream table, by a place that may be another row's since the last refresh. And has those to
 * rows without a key read with their places, whatever is selected.
 */
export function loadByJoinColumns(dataSource: DataSource): void {
  const loader: Loader = dataSource.relationLoader;
  if (loader[loads]) return;
  const load = loader.load.bind(loader);
  loader.load = (relation, entities, runner, builder) => {
    if (builder && isKeyless(relation.inverseEntityMetadata)) selectPlaces(builder, relation.inverseEntityMetadata);
    return load(isFromPlace(relation) ? fromOtherSide(relation) : relation, entities, runner, builder);
  };
  loader[loads] = true;
}

/**
 * TypeORM goes on to ask which of the rows belong to which entity, and knows them by their keys, which are not read where some
 * columns are selected.
 */
function selectPlaces(builder: Builder, { primaryColumns }: EntityMetadata): void {
  const { alias, expressionMap } = builder;
  if (expressionMap.selects.some(({ selection }) => selection === alias)) return;
  builder.addSelect(primaryColumns.map(({ propertyName }) => `${alias}.${propertyName}`));
}

function isFromPlace({ entityMetadata, isManyToOne, isOneToOneOwner }: Relation): boolean {
  return (isManyToOne || isOneToOneOwner) && isKeyless(entityMetadata);
}

/** The rows that a join column names are those of a one-to-many relation, with the columns changed about. */
function fromOtherSide(relation: Relation): Relation {
  const joinColumns = relation.joinColumns.map((column) => ({
    propertyName: column.referencedColumn?.propertyName,
    propertyPath: column.referencedColumn?.propertyPath,
    referencedColumn: { getEntityValue: (entity: ObjectLiteral) => joinValue(relation, column, entity) },
  }));
  return Object.create(relation, {
    isManyToOne: { value: false },
    isOneToOneOwner: { value: false },
    isOneToMany: { value: true },
    inverseRelation: { value: { joinColumns, entityMetadata: relation.inverseEntityMetadata } },
  }) as Relation;
}

function joinValue(relation: Relation, column: ColumnMetadata, entity: ObjectLiteral): unknown {
  const kept = keptValue(entity, column);
  const holder = kept === undefined ? entity : { [column.propertyName]: kept };
  const value: unknown = column.getEntityValue(holder, true);
  if (value !== undefined) return value;
  const { name } = relation.entityMetadata;
  throw new PgStreamError(
    'INVALID_ARGUMENT',
    `${name}.${relation.propertyPath} cannot be loaded: ${name} has no key to find the row by, and its column "${column.databaseName}" was not read. Read the relation with the row, by a join (relationLoadStrategy: 'join'), or read that column, too.`,
  );
}
