import { refusal } from '@pgstream/core/statement';
import type { EntityManager, EntityMetadata, QueryRunner } from 'typeorm';
import { dataSourceOf } from '../handle/index.ts';
import type { StreamEntities } from './stream-entities.ts';

/** What TypeORM tells of an entity that it persists, and the statement that comes of it. */
const EVENTS = {
  Insert: 'insert',
  Update: 'update',
  Remove: 'delete',
  SoftRemove: 'update',
  Recover: 'update',
} as const;

/**
 * Persists where the caller turned listeners off. Then TypeORM asks nobody before its first statement, and what is refused
 * later would leave a part behind. So it is made to ask, and nobody but the guard hears of it: TypeORM goes by the query
 * runner that it has anyway, but for who is told.
 */
export async function persistUnheard(
  manager: EntityManager,
  streams: () => StreamEntities,
  persist: (manager: EntityManager) => unknown,
): Promise<unknown> {
  const dataSource = dataSourceOf(manager);
  const { queryRunner } = manager;
  const runner = queryRunner ?? dataSource.createQueryRunner();
  try {
    return await persist(dataSource.createEntityManager(unheard(runner, streams)));
  } finally {
    if (!queryRunner) await runner.release();
  }
}

/** The query runner itself, in all it has and does, with another one to tell of entities. */
function unheard(runner: QueryRunner, streams: () => StreamEntities): QueryRunner {
  const broadcaster = askingOnly(runner.broadcaster, streams);
  return new Proxy(runner, {
    get(target, key) {
      if (key === 'broadcaster') return broadcaster;
      const value: unknown = Reflect.get(target, key);
      // It is its own `this`: it remembers itself, and may have private fields.
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
    // A new manager makes itself known to its query runner: this one keeps that which it has.
    set: (target, key, value) => key === 'manager' || Reflect.set(target, key, value),
  });
}

function askingOnly(broadcaster: QueryRunner['broadcaster'], streams: () => StreamEntities): object {
  const asking = Object.create(broadcaster) as Record<string, (...args: never[]) => void>;
  for (const [event, operation] of Object.entries(EVENTS)) {
    asking[`broadcastBefore${event}Event`] = (_result: unknown, metadata: EntityMetadata) => {
      const stream = streams().written(metadata);
      if (stream) throw refusal(stream, operation);
    };
    asking[`broadcastAfter${event}Event`] = () => {};
  }
  return asking;
}
