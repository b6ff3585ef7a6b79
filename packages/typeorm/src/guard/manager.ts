import { type EntityManager, InstanceChecker } from 'typeorm';
import { WRITES_BY_ENTITY, WRITES_BY_TARGET } from '../identity/index.ts';
import { refusal } from './refusal.ts';
import type { StreamEntities } from './stream-entities.ts';

type Method = (this: EntityManager, ...args: unknown[]) => Promise<unknown>;
type Methods = Record<string, Method>;

/** Options of the methods by entity. */
interface PersistOptions {
  readonly listeners?: boolean;
  readonly chunk?: number;
}

/**
 * Puts refusing methods before those of a manager's class, on the one manager that is given: a write to a stream table is
 * refused under the name that it was called by, and before TypeORM reads anything. Every manager of a guarded DataSource
 * goes through here, one for each query runner, so what can be made once is made once.
 */
export function managerGuard(streams: () => StreamEntities): (manager: EntityManager) => void {
  const guarded = new WeakMap<object, object>();
  return (manager) => {
    const unguarded = Object.getPrototypeOf(manager) as object;
    let methods = guarded.get(unguarded);
    if (!methods) {
      methods = refusingMethods(unguarded as Methods, streams);
      guarded.set(unguarded, methods);
    }
    Object.setPrototypeOf(manager, methods);
  };
}

function refusingMethods(unguarded: Methods, streams: () => StreamEntities): object {
  const methods = Object.create(unguarded) as Methods;
  const replace = (name: string, refusing: typeof byTarget): void => {
    const original = unguarded[name];
    // Some have come with later versions.
    if (original) methods[name] = refusing(streams, name, original);
  };
  for (const name of WRITES_BY_TARGET) replace(name, byTarget);
  for (const name of WRITES_BY_ENTITY) replace(name, byEntity);
  return methods;
}

function byTarget(streams: () => StreamEntities, operation: string, original: Method): Method {
  return async function refuseByTarget(target, ...args) {
    const stream = streams().of(target);
    if (stream) throw refusal(stream, operation);
    return await original.call(this, target, ...args);
  };
}

function byEntity(streams: () => StreamEntities, operation: string, original: Method): Method {
  return async function refuseByEntity(...args) {
    const targets = targetsOf(args);
    for (const target of targets) {
      const stream = streams().of(target);
      if (stream) throw refusal(stream, operation);
    }
    if (!sendsBeforeItAsks(args) || !targets.some((target) => streams().leadsToOne(target))) {
      return await original.apply(this, args);
    }
    // In a transaction of its own, or to a savepoint: what was sent before the refusal is taken back.
    return await this.transaction((manager) => original.apply(manager, args));
  };
}

/** As TypeORM reads the arguments: a target and entities, or entities that are of the class that made them. */
function targetsOf([first, ...rest]: readonly unknown[]): readonly unknown[] {
  const isTarget = typeof first === 'function' || typeof first === 'string' || InstanceChecker.isEntitySchema(first);
  if (isTarget && rest.length > 0) return [first];
  const entities: readonly unknown[] = Array.isArray(first) ? first : [first];
  return entities.map((entity) => (typeof entity === 'object' && entity !== null ? entity.constructor : undefined));
}

/** Without listeners no event comes before the first statement, and with chunks one chunk is sent before the next is looked at. */
function sendsBeforeItAsks(args: readonly unknown[]): boolean {
  const last = args.at(-1);
  if (args.length < 2 || typeof last !== 'object' || last === null) return false;
  const { listeners, chunk } = last as PersistOptions;
  return listeners === false || chunk !== undefined;
}
