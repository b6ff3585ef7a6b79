import { PgStreamError } from '@pgstream/core';
import type { EntityMetadata } from 'typeorm';
import { isKeyless, isPlace } from './place.ts';

/**
 * Refuses with INVALID_ARGUMENT what would store or show the places of rows without a key: they are no ids, and change with
 * every refresh.
 */
export function refuseReferencesToPlaces(metadatas: readonly EntityMetadata[]): void {
  for (const metadata of metadatas) {
    for (const { referencedColumn, relationMetadata } of metadata.ownColumns) {
      if (!referencedColumn || !isPlace(referencedColumn)) continue;
      const { name } = referencedColumn.entityMetadata;
      throw new PgStreamError(
        'INVALID_ARGUMENT',
        `The relation ${relationMetadata ? `${relationMetadata.entityMetadata.name}.${relationMetadata.propertyPath}` : metadata.name} leads to the stream entity ${name}, which has no key to refer to. Say which of its columns is meant, by referencedColumnName in @JoinColumn() or in the inverseJoinColumn of @JoinTable(); or declare a @PrimaryColumn in ${name}, where its query has a key.`,
        { operation: 'declare' },
      );
    }
    for (const { relation, propertyName } of metadata.relationIds) {
      if (!(relation.isOneToMany || relation.isOneToOneNotOwner) || !isKeyless(relation.inverseEntityMetadata))
        continue;
      const { name } = relation.inverseEntityMetadata;
      throw new PgStreamError(
        'INVALID_ARGUMENT',
        `${metadata.name}.${propertyName} asks by @RelationId for the ids of ${name}, a stream entity without a key: its rows have none. Leave it out, or declare a @PrimaryColumn in ${name}, where its query has a key.`,
        { operation: 'declare' },
      );
    }
  }
}
