import type { ObjectLiteral } from 'typeorm';
import { WRITES_BY_ENTITY, WRITES_BY_TARGET } from '../identity/index.ts';
import type { StreamRepository } from '../repository/index.ts';
import type { StreamEntityClass } from './stream-entity-class.ts';

type Operation = (typeof WRITES_BY_ENTITY | typeof WRITES_BY_TARGET)[number];
type RepositoryOf = <Entity extends ObjectLiteral>(
  entity: StreamEntityClass<Entity>,
  call: string,
) => StreamRepository<Entity>;

/**
 * What TypeORM's BaseEntity writes by, for JavaScript and for casts: it goes to the repository, where it is refused like
 * every other write. It is not in the types. (TypeORM also looks for `save`, to tell a class its DataSource.)
 */
export function defineRefusedWrites(entity: { readonly prototype: object }, repositoryOf: RepositoryOf): void {
  for (const operation of [...WRITES_BY_ENTITY, ...WRITES_BY_TARGET]) {
    define(entity, operation, async function write(this: StreamEntityClass<object>, ...args: unknown[]) {
      return await call(repositoryOf(this, `.${operation}()`), operation, args);
    });
  }
  for (const operation of WRITES_BY_ENTITY) {
    define(entity.prototype, operation, async function write(this: object, ...args: unknown[]) {
      return await call(repositoryOf(this.constructor as StreamEntityClass<object>, `.${operation}()`), operation, [
        this,
        ...args,
      ]);
    });
  }
}

async function call(repository: object, operation: Operation, args: readonly unknown[]): Promise<unknown> {
  return await (repository as Record<Operation, (...args: unknown[]) => unknown>)[operation](...args);
}

function define(object: object, name: string, value: unknown): void {
  Object.defineProperty(object, name, { value, configurable: true, writable: true });
}
