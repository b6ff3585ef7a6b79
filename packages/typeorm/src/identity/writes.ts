/** What TypeORM's managers and repositories write by, of a target and rows or conditions: one statement each. */
export const WRITES_BY_TARGET = [
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

/** And of entities: TypeORM reads what is stored first, and goes on to what they cascade to. Instances have them, too. */
export const WRITES_BY_ENTITY = ['save', 'remove', 'softRemove', 'recover'] as const;
