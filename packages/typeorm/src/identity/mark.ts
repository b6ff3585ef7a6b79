/** On the class of a stream entity: one place for both module formats of this package. */
const mark = Symbol.for('@pgstream/typeorm.streamTable');

/** What TypeORM calls an entity by when it is a class. */
// oxlint-disable-next-line typescript/no-unsafe-function-type -- TypeORM's own type of a target
export type EntityFunction = Function;

/** Remembers that a class is declared as a stream table. */
export function markStreamTable(target: EntityFunction): void {
  Object.defineProperty(target, mark, { value: true });
}

/** Whether a class itself is declared as a stream table; one that extends such a class is not. */
export function isStreamTable(target: unknown): boolean {
  return typeof target === 'function' && Object.hasOwn(target, mark);
}
