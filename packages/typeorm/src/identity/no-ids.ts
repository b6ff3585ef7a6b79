import { BaseEntity, type EntityMetadata } from 'typeorm';

/**
 * Has TypeORM say that rows without a key have no ids. Their place is good for TypeORM's next statement and no key of the
 * row: a refresh may store another one in it.
 */
export function haveNoIds(metadata: EntityMetadata): void {
  metadata.hasId = () => false;
  const { target } = metadata;
  if (typeof target === 'function') refuseReload(target.prototype as object);
}

/** What a row has that cannot be read again. */
export function cannotReload(name: string): TypeError {
  return new TypeError(`This ${name} has no value for its key, or no key: read it again with find().`);
}

/** TypeORM's BaseEntity goes by what finds the row again, without asking whether that is an id. */
function refuseReload(prototype: object): void {
  const reload: (this: BaseEntity) => Promise<void> = Reflect.get(BaseEntity.prototype, 'reload');
  if (Reflect.get(prototype, 'reload') !== reload) return;
  Object.defineProperty(prototype, 'reload', {
    async value(this: BaseEntity): Promise<void> {
      // A class that is made of this one may have a key.
      if (!this.hasId()) throw cannotReload(this.constructor.name);
      await reload.call(this);
    },
    configurable: true,
    writable: true,
  });
}
