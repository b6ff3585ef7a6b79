import { refusal } from '@pgstream/core/statement';
import type { EntityMetadata, EntitySubscriberInterface, QueryRunner } from 'typeorm';
import { type StatementGuard, textOf } from './statements.ts';
import type { StreamEntities } from './stream-entities.ts';

/** An event before a write. One that comes of a query builder has no entity, one of a subject an identifier or an entity. */
interface WriteEvent {
  readonly metadata: EntityMetadata;
  readonly entity?: unknown;
  readonly entityId?: unknown;
  readonly databaseEntity?: unknown;
}

/** The event before a statement, which is no text where somebody gave `pg` something else to send. */
interface StatementEvent {
  readonly query: unknown;
  readonly queryRunner: QueryRunner;
}

/** Whom a subscriber asks. */
interface Asked {
  readonly streams: () => StreamEntities;
  readonly statements: () => StatementGuard;
  /** Is told of each query runner that sends something. */
  readonly meet: (runner: QueryRunner) => void;
}

/**
 * What a DataSource asks before it writes.
 *
 * The entity events come before the first statement of a save, cascades included, so that nothing of it is sent. They do
 * not come where a caller turned listeners off, nor for SQL text: there each statement is looked at. Everything throws at
 * once, because TypeORM before 0.3.21 does not wait for a promise.
 */
export function refusingSubscriber({ streams, statements, meet }: Asked): EntitySubscriberInterface {
  const refuse =
    (ofSubject: string, ofBuilder = ofSubject) =>
    ({ metadata, entity, entityId, databaseEntity }: WriteEvent): void => {
      const stream = streams().written(metadata);
      if (stream) throw refusal(stream, (entity ?? entityId ?? databaseEntity) === undefined ? ofBuilder : ofSubject);
    };
  // Only stream entities: a subscriber to all would make TypeORM compute the changes of every other entity twice.
  const listened = { isPrototypeOf: (target: unknown) => streams().mayBe(target) };
  const subscriber = {
    listenTo: () => listened,
    beforeInsert: refuse('insert'),
    beforeUpdate: refuse('update'),
    beforeRemove: refuse('remove', 'delete'),
    beforeSoftRemove: refuse('softRemove', 'softDelete'),
    beforeRecover: refuse('recover', 'restore'),
    beforeQuery({ query, queryRunner }: StatementEvent): void {
      meet(queryRunner);
      statements().check(textOf(query), queryRunner);
    },
  };
  return subscriber as unknown as EntitySubscriberInterface;
}
