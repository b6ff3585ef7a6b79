import type { ObjectLiteral } from 'typeorm';
import type { StreamRepository } from '../repository/index.ts';
import type { StreamEntityClass } from './stream-entity-class.ts';

const STATIC = [
  'save',
  'remove',
  'softRemove',
  'recover',
  'insert',
  'update',
  'updateAll',
  'upsert',
  'delete',
  'deleteAll',
  'softDelete',
  'restore',
  'increment',
  'decrement',
  'clear',
] as const;

const OF_INSTANCES = ['save', 'remove', 'softRemove', 'recover'] as const;

type Operation = (typeof STATIC)[number];
type RepositoryOf = <Entity extends ObjectLiteral>(entity: StreamEntityClass<Entity>) => StreamRepository<Entity>;

/**
 * What TypeORM's BaseEntity writes by, for JavaScript and for casts: it goes to the repository, where it is refused like
 * every other write. It is not in the types. (TypeORM also looks for `save`, to tell a class its DataSource.)
 */
export function defineRefusedWrites(entity: { readonly prototype: object }, repositoryOf: RepositoryOf): void {
  for (const operation of STATIC) {
    define(entity, operation, async function write(this: StreamEntityClass<object>, ...args: unknown[]) {
      return await call(repositoryOf(this), operation, args);
    });
  }
  for (const operation of OF_INSTANCES) {
    define(entity.prototype, operation, async function write(this: object, ...args: unknown[]) {
      return await call(repositoryOf(this.constructor as StreamEntityClass<object>), operation, [this, ...args]);
    });
  }
}

async function call(repository: object, operation: Operation, args: readonly unknown[]): Promise<unknown> {
  return await (repository as Record<Operation, (...args: unknown[]) => unknown>)[operation](...args);
}

function define(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, configurable: true, writable: true });
}
