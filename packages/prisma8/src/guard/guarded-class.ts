import { refusal } from '@pgstream/core/statement';
import { AsyncIterableResult } from '@prisma/orm-postgres/components/runtime';
import type { Collection, CollectionClass, ModelOf } from './collection.ts';
import { settledArguments } from './nested-writes.ts';

/** How the calls begin that write: those that Prisma has, and those that it may get. What they send, the middleware sees in any case. */
const WRITE = /^(?:create|update|upsert|delete|insert|replace|merge|remove)/;

type Method = (this: Collection, ...args: unknown[]) => unknown;

/**
 * A class of collections whose writes are looked at before Prisma begins with them: those of stream tables are refused, nested
 * ones as well. (The middleware alone would see the same when a transaction has begun, and half of it is done.)
 */
export function guardedClass(base: CollectionClass, modelOf: ModelOf): CollectionClass {
  const Guarded = class extends base {};
  for (const [name, write] of writesOf(base)) {
    const guarded: Method = function guarded(...args) {
      const model = modelOf(this);
      if (!model) return write.apply(this, args);
      if (model.streamTable) return rejected(name, refusal(model.streamTable, name));
      try {
        args = settledArguments(model, args);
      } catch (error) {
        return rejected(name, error);
      }
      return write.apply(this, args);
    };
    Object.defineProperty(Guarded.prototype, name, { value: guarded, configurable: true, writable: true });
  }
  return Guarded;
}

/** Prisma's own calls that write, and not what somebody's class of collections has beside them. */
function writesOf(base: CollectionClass): [name: string, write: Method][] {
  const methods = base.prototype as Readonly<Record<string, unknown>>;
  return Object.getOwnPropertyNames(ownClass(base).prototype).flatMap((name): [string, Method][] => {
    if (!WRITE.test(name)) return [];
    const method = methods[name];
    return typeof method === 'function' ? [[name, method as Method]] : [];
  });
}

/** The class of Prisma's that a class of collections extends. */
export function ownClass(of: CollectionClass): CollectionClass {
  const parent: unknown = Object.getPrototypeOf(of);
  return parent === Function.prototype ? of : ownClass(parent as CollectionClass);
}

/** As Prisma's call would fail. Those that end in `All` give rows, to be awaited or iterated. */
function rejected(call: string, error: unknown): unknown {
  return call.endsWith('All') ? new AsyncIterableResult(failing(error)) : Promise.reject(error);
}

async function* failing(reason: unknown): AsyncGenerator<never, void, unknown> {
  yield await Promise.reject(reason);
}
