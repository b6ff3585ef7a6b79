import type { EntityMetadata } from 'typeorm';

const KEPT = '@pgstream/typeorm';

/** TypeORM before 0.3.21 looks; an entity that is ready and was not looked at shows that this one does not. */
let isLookedAt = true;

/**
 * Early TypeORMs look at an entity as soon as it is made, and drop one whose properties are all null: it has one more until
 * it is looked at, or at the latest until listeners can see it. What is undefined, as properties are that a class declares,
 * may become null yet: a relation that there is none of.
 */
export function keepWhileLookedAt(entity: object): void {
  const values = Object.values(entity);
  if (!isLookedAt || values.length === 0 || values.some((value) => value !== null && value !== undefined)) return;
  Object.defineProperty(entity, KEPT, {
    configurable: true,
    enumerable: true,
    get() {
      return Reflect.deleteProperty(entity, KEPT);
    },
  });
  // Where no listeners are called, or another row failed.
  queueMicrotask(() => Reflect.deleteProperty(entity, KEPT));
}

/** The first of an entity's listeners. */
export function letGoBeforeListeners({ afterLoadListeners }: EntityMetadata): void {
  const first: Pick<EntityMetadata['afterLoadListeners'][number], 'isAllowed' | 'execute'> = {
    isAllowed: (entity) => Object.hasOwn(entity, KEPT),
    execute(entity) {
      isLookedAt = false;
      Reflect.deleteProperty(entity, KEPT);
    },
  };
  afterLoadListeners.unshift(first as EntityMetadata['afterLoadListeners'][number]);
}
