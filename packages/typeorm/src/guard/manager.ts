import { type DataSource, type EntityManager, InstanceChecker, type QueryRunner } from 'typeorm';
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

/** The class of a DataSource's managers. */
type ManagerClass = new (dataSource: DataSource, runner?: QueryRunner) => EntityManager;

/**
 * A class of managers that refuse: a write to a stream table is refused under the name that it was called by, and before
 * TypeORM reads anything. There is a manager for each query runner, and a class costs them nothing.
 */
export function refusingManagers(unguarded: EntityManager, streams: () => StreamEntities): ManagerClass {
  const Unguarded = unguarded.constructor as ManagerClass;
  const Refusing = class extends Unguarded {};
  const [original, refusing] = [Unguarded.prototype, Refusing.prototype] as unknown as [Methods, Methods];
  // Some methods have come with later versions.
  for (const name of WRITES_BY_TARGET) if (original[name]) refusing[name] = byTarget(streams, name, original[name]);
  for (const name of WRITES_BY_ENTITY) if (original[name]) refusing[name] = byEntity(streams, name, original[name]);
  return Refusing;
}

function byTarget(streams: () => StreamEntities, operation: string, original: Method): Method {
  return function refuseByTarget(target, ...args) {
    const stream = streams().of(target);
    return stream ? Promise.reject(refusal(stream, operation)) : original.call(this, target, ...args);
  };
}

function byEntity(streams: () => StreamEntities, operation: string, original: Method): Method {
  return function refuseByEntity(...args) {
    const targets = targetsOf(args);
    for (const target of targets) {
      const stream = streams().of(target);
      if (stream) return Promise.reject(refusal(stream, operation));
    }
    if (!sendsBeforeItAsks(args) || !targets.some((target) => streams().leadsToOne(target))) {
      return original.apply(this, args);
    }
    // In a transaction of its own, or to a savepoint: what was sent before the refusal is taken back.
    return this.transaction((manager) => original.apply(manager, args));
  };
}

/** As TypeORM reads the arguments: a target and entities, or entities that are of the class that made them. */
function targetsOf(args: readonly unknown[]): readonly unknown[] {
  const [first] = args;
  const isTarget = typeof first === 'function' || typeof first === 'string' || InstanceChecker.isEntitySchema(first);
  if (isTarget && args.length > 1) return [first];
  return Array.isArray(first) ? first.map(classOf) : [classOf(first)];
}

function classOf(entity: unknown): unknown {
  return typeof entity === 'object' && entity !== null ? entity.constructor : undefined;
}

/** Without listeners no event comes before the first statement, and with chunks one chunk is sent before the next is looked at. */
function sendsBeforeItAsks(args: readonly unknown[]): boolean {
  const last = args.at(-1);
  if (args.length < 2 || typeof last !== 'object' || last === null) return false;
  const { listeners, chunk } = last as PersistOptions;
  return listeners === false || chunk !== undefined;
}
