import { refusal } from '@pgstream/core/statement';
import { type EntityManager, InstanceChecker } from 'typeorm';
import { WRITES_BY_ENTITY, WRITES_BY_TARGET } from '../identity/index.ts';
import { Layers, type Method, type Wrapper } from './layer.ts';
import type { StreamEntities } from './stream-entities.ts';
import { persistUnheard } from './unheard.ts';

/** Options of the methods by entity. */
interface PersistOptions {
  readonly listeners?: boolean;
  readonly chunk?: number;
}

/**
 * What makes managers refuse: a write to a stream table is refused under the name that it was called by, and before TypeORM
 * reads anything.
 */
export function refusingManagers(streams: () => StreamEntities): Layers<EntityManager> {
  const wrappers = new Map<string, Wrapper<EntityManager>>();
  for (const name of WRITES_BY_TARGET) wrappers.set(name, (original) => byTarget(streams, name, original));
  for (const name of WRITES_BY_ENTITY) wrappers.set(name, (original) => byEntity(streams, name, original));
  wrappers.set('getId', (original) => ofRowsWithKeys(streams, original));
  return new Layers(wrappers);
}

interface HasIds {
  hasId(...args: unknown[]): boolean;
}

/** What finds a row again is an id to TypeORM, and rows without a key have none. */
function ofRowsWithKeys(streams: () => StreamEntities, original: Method<EntityManager>): Method<EntityManager> {
  return function getIdOfKeyed(...args) {
    const isStream = streams().of(targetsOf(args)[0]) !== undefined;
    return isStream && !(this as HasIds).hasId(...args) ? undefined : original.apply(this, args);
  };
}

function byTarget(
  streams: () => StreamEntities,
  operation: string,
  original: Method<EntityManager>,
): Method<EntityManager> {
  return function refuseByTarget(target, ...args) {
    const stream = streams().of(target);
    return stream ? Promise.reject(refusal(stream, operation)) : original.call(this, target, ...args);
  };
}

function byEntity(
  streams: () => StreamEntities,
  operation: string,
  original: Method<EntityManager>,
): Method<EntityManager> {
  return function refuseByEntity(...args) {
    const targets = targetsOf(args);
    for (const target of targets) {
      const stream = streams().of(target);
      if (stream) return Promise.reject(refusal(stream, operation));
    }
    const options = optionsOf(args);
    if (!options || !targets.some((target) => streams().leadsToOne(target))) return original.apply(this, args);
    const persist: Method<EntityManager> = function persistAsking(...given) {
      if (options.listeners !== false) return original.apply(this, given);
      return persistUnheard(this, streams, (manager) =>
        original.call(manager, ...given.slice(0, -1), { ...options, listeners: true }),
      );
    };
    // One chunk is written before the next is asked about. TypeORM's own transaction takes that back, an open one must be told.
    const inParts = options.chunk !== undefined && this.queryRunner?.isTransactionActive === true;
    return inParts
      ? this.transaction(async (manager) => await persist.apply(manager, args))
      : persist.apply(this, args);
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

/** The options, where they make TypeORM send something before it asks about everything. */
function optionsOf(args: readonly unknown[]): PersistOptions | undefined {
  const last = args.at(-1);
  if (args.length < 2 || typeof last !== 'object' || last === null) return undefined;
  const options = last as PersistOptions;
  return options.listeners === false || options.chunk !== undefined ? options : undefined;
}
