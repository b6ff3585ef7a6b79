import type { QualifiedName } from '@pgstream/core';
import type { EntityMetadata, EntitySubscriberInterface } from 'typeorm';
import { refusal } from './refusal.ts';
import type { StatementGuard } from './statements.ts';
import type { StreamEntities } from './stream-entities.ts';

/** An event before a write. One that comes of a query builder has no entity, one of a subject an identifier or an entity. */
interface WriteEvent {
  readonly metadata: EntityMetadata;
  readonly entity?: unknown;
  readonly entityId?: unknown;
  readonly databaseEntity?: unknown;
}

/**
 * What a DataSource asks before it writes.
 *
 * The entity events come before the first statement of a save, cascades included, so that nothing of it is sent. They do
 * not come where a caller turned listeners off, nor for SQL text: there each statement is looked at. Everything throws at
 * once, because TypeORM before 0.3.21 does not wait for a promise.
 */
export function refusingSubscriber(
  streams: () => StreamEntities,
  statements: () => StatementGuard,
): EntitySubscriberInterface {
  const refuse =
    (ofSubject: string, ofBuilder = ofSubject) =>
    ({ metadata, entity, entityId, databaseEntity }: WriteEvent): void => {
      const stream: QualifiedName | undefined = streams().of(metadata.target);
      if (stream) throw refusal(stream, (entity ?? entityId ?? databaseEntity) === undefined ? ofBuilder : ofSubject);
    };
  // Only stream entities: a subscriber to all would make TypeORM compute the changes of every other entity twice.
  const listened = { isPrototypeOf: (target: unknown) => streams().of(target) !== undefined };
  const subscriber = {
    listenTo: () => listened,
    beforeInsert: refuse('insert'),
    beforeUpdate: refuse('update'),
    beforeRemove: refuse('remove', 'delete'),
    beforeSoftRemove: refuse('softRemove', 'softDelete'),
    beforeRecover: refuse('recover', 'restore'),
    beforeQuery({ query }: { readonly query: string }): void {
      statements().check(query);
    },
  };
  return subscriber as unknown as EntitySubscriberInterface;
}
