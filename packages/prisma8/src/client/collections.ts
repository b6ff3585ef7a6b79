import { PgStreamError, type PgStreamOptions, type SqlExecutor } from '@pgstream/core';
import type { DeclaredModels } from '../contract/index.ts';
import {
  type Collection,
  type CollectionClass,
  explaining,
  guardedClass,
  isCollection,
  ownClass,
} from '../guard/index.ts';
import { addHelpers, type Asked } from '../handle/index.ts';

/** Prisma's collections, guarded, and those of stream tables with the helpers. */
export class GuardedCollections {
  readonly #declared: DeclaredModels;
  readonly #options: PgStreamOptions;
  readonly #guarded = new Map<CollectionClass, CollectionClass>();
  readonly #ofStreamTables = new Map<CollectionClass, CollectionClass>();
  readonly #executors = new WeakMap<object, SqlExecutor>();

  constructor(declared: DeclaredModels, options: PgStreamOptions) {
    this.#declared = declared;
    this.#options = options;
  }

  /** The `orm` of a client or of a transaction; the helpers send their statements by the executor. */
  of(orm: object, executor: SqlExecutor): object {
    const contextOf = remembering((ctx: Collection['ctx']) => {
      const runtime = explaining(ctx.runtime);
      this.#executors.set(runtime, executor);
      return { ...ctx, runtime };
    });
    return mapped(orm, (namespace) =>
      isObject(namespace)
        ? mapped(namespace, (value) => (isCollection(value) ? this.#collection(value, contextOf(value.ctx)) : value))
        : namespace,
    );
  }

  #collection(original: Collection, ctx: Collection['ctx']): Collection {
    const { modelName, namespaceId, tableName } = original;
    const made = original.constructor as CollectionClass;
    const Class = this.#modelOf(original)?.streamTable ? this.#classOfStreamTables(made) : this.#classOf(made);
    // What include() calls its callback with is made of these.
    const registry = new Registry(original.registry, (name) =>
      this.#classOf(original.registry.get(name) ?? ownClass(made)),
    );
    return new Class(ctx, modelName, { namespaceId, tableName, registry });
  }

  #modelOf({ namespaceId, modelName }: Collection): ReturnType<DeclaredModels['find']> {
    return this.#declared.find({ namespace: namespaceId, model: modelName });
  }

  #classOf(base: CollectionClass): CollectionClass {
    return getOrMake(this.#guarded, base, () => guardedClass(base, (collection) => this.#modelOf(collection)));
  }

  #classOfStreamTables(base: CollectionClass): CollectionClass {
    return getOrMake(this.#ofStreamTables, base, () => {
      const Class = class extends this.#classOf(base) {};
      addHelpers(Class.prototype, (collection) => this.#asked(collection));
      return Class;
    });
  }

  #asked(collection: unknown): Asked {
    const asked = isCollection(collection) ? collection : undefined;
    const name = asked && this.#modelOf(asked)?.streamTable;
    const executor = asked && this.#executors.get(asked.ctx.runtime);
    if (!name || !executor) {
      throw new PgStreamError(
        'INVALID_ARGUMENT',
        'The helpers have to be called on a model, as in db.orm.public.OrderTotals.isStale(): taken off it, they cannot tell of which stream table they are, and in which transaction.',
      );
    }
    return { name, executor, options: this.#options };
  }
}

/** The classes of models by their names, as Prisma looks for them. */
class Registry extends Map<string, CollectionClass> {
  readonly #classOf: (model: string) => CollectionClass;

  constructor(original: Collection['registry'], classOf: (model: string) => CollectionClass) {
    super(original);
    this.#classOf = classOf;
  }

  override get(model: string): CollectionClass {
    return this.#classOf(model);
  }
}

/** An object whose properties are made of those of another one, each when it is first asked for. */
function mapped<T extends object>(original: T, make: (value: unknown) => unknown): T {
  const made = new Map<string | symbol, unknown>();
  return new Proxy(original, {
    get: (target, key) => getOrMake(made, key, () => make(Reflect.get(target, key))),
  });
}

function remembering<Key, Value>(make: (key: Key) => Value): (key: Key) => Value {
  const made = new Map<Key, Value>();
  return (key) => getOrMake(made, key, () => make(key));
}

function getOrMake<Key, Value>(made: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = made.get(key);
  if (found !== undefined) return found;
  const value = make();
  made.set(key, value);
  return value;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
