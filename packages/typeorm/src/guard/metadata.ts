import type { DataSource, EntityMetadata } from 'typeorm';
import { checkVisible, findRowsByPlace } from '../identity/index.ts';
import { schemaOf, type StreamEntities } from './stream-entities.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

/**
 * Makes the metadata of a stream entity ready to be read by.
 *
 * The path of its table is given its schema in so many words, or else the search_path would choose it in reads and not in the
 * helpers. Its `schema` stays as it was: what is there TypeORM clears when it drops the database. Throws INVALID_NAME for
 * columns of the extension's own, which only the naming strategy may have made.
 */
export function prepareStreamEntity(dataSource: DataSource, metadata: Mutable<EntityMetadata>): void {
  checkVisible(
    metadata.name,
    metadata.nonVirtualColumns.map(({ propertyName, databaseName }) => ({ propertyName, databaseName })),
  );
  findRowsByPlace(dataSource, metadata);
  const { tableName, schema = schemaOf(dataSource), database } = metadata;
  metadata.tablePath = dataSource.driver.buildTableName(tableName, schema, database);
}

/**
 * Keeps the schema builder of TypeORM off stream tables: they are not synchronised, whichever entity is mapped to them, and
 * no foreign key begins or ends at them. The extension truncates a stream table, which a foreign key would forbid.
 */
export function keepSchemaBuilderOff(metadatas: readonly EntityMetadata[], streams: StreamEntities): void {
  for (const metadata of metadatas as readonly Mutable<EntityMetadata>[]) {
    if (streams.isTable(metadata)) {
      metadata.synchronize = false;
      metadata.foreignKeys = [];
      // Of a tree: nobody but a stream entity's own writes would fill it.
      const closure: Mutable<EntityMetadata> | undefined = metadata.closureJunctionTable;
      if (closure) closure.synchronize = false;
    } else {
      metadata.foreignKeys = metadata.foreignKeys.filter(
        ({ referencedEntityMetadata }) => !streams.isTable(referencedEntityMetadata),
      );
    }
  }
}
