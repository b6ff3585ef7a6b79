import { refusal } from '@pgstream/core/statement';
import { type QualifiedName, StreamTableReadOnlyError } from '@pgstream/core';
import type { GuardedModel, GuardedRelation } from '../contract/index.ts';

/**
 * The arguments of a write to hand on to Prisma, once nothing in them writes a stream table; throws StreamTableReadOnlyError
 * otherwise. The callbacks of relations that lead to stream tables have been called by then, once: what takes their place says
 * the same again, and cannot say anything else.
 */
export function settledArguments(model: GuardedModel, args: readonly unknown[]): unknown[] {
  return args.map((arg) => settledData(model, arg));
}

/** Data of a model, or what holds it (`create` and `update` of an upsert), or both: where it is not clear, it is looked at as both. */
function settledData(model: GuardedModel, data: unknown): unknown {
  if (Array.isArray(data)) return data.map((row: unknown) => settledData(model, row));
  if (!isObject(data)) return data;
  return settledRow(model, data, (part) => (isPlain(part) ? settledRow(model, part, (value) => value) : part));
}

type Settle = (value: unknown) => unknown;

/** A copy of the properties that Prisma reads: own ones that can be enumerated, each read once. */
function settledRow({ relations }: GuardedModel, row: object, settlePart: Settle): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(row).map(([field, value]: [string, unknown]) => {
      const relation = relations.get(field);
      return [field, relation && typeof value === 'function' ? settledCallback(relation, value) : settlePart(value)];
    }),
  );
}

/** What Prisma calls a relation's callback with: a method for each kind of nested write. */
type Mutator = Readonly<Record<string, (...args: unknown[]) => unknown>>;

/** Calls the callback of a relation now, to give one that repeats to Prisma's own mutator what it did with ours. */
function settledCallback(relation: GuardedRelation, callback: Function): (mutator: Mutator) => unknown {
  const given: unknown = callback(recorder);
  const repeat = Array.isArray(given)
    ? given.map((each: unknown) => repeated(relation, each))
    : repeated(relation, given);
  return (mutator) => (Array.isArray(repeat) ? repeat.map((each) => each(mutator)) : repeat(mutator));
}

class RecordedCall {
  readonly method: string;
  readonly args: readonly unknown[];

  constructor(method: string, args: readonly unknown[]) {
    this.method = method;
    this.args = args;
  }
}

/** Takes every method for a kind of nested write: also those that Prisma does not have yet. */
const recorder = new Proxy<Mutator>(
  {},
  {
    get: (_mutator, method) =>
      typeof method === 'string' ? (...args: readonly unknown[]) => new RecordedCall(method, args) : undefined,
  },
);

type Repeat = (mutator: Mutator) => unknown;

function repeated(relation: GuardedRelation, given: unknown): Repeat {
  if (given instanceof RecordedCall) {
    const { method } = given;
    const args = settledCall(relation, method, given.args);
    return (mutator) => {
      const call = mutator[method];
      if (!call) throw new TypeError(`This version of Prisma has no nested ${method}().`);
      return call.apply(mutator, [...args]);
    };
  }
  // What a mutator gives, and anybody can write: its kind, and what it is about.
  if (isObject(given) && 'kind' in given) {
    const { kind, ...parts } = given as { readonly kind: unknown };
    const [, ...values] = settledCall(relation, String(kind), [undefined, ...Object.values(parts)]);
    const descriptor = { kind, ...Object.fromEntries(Object.keys(parts).map((part, index) => [part, values[index]])) };
    return () => descriptor;
  }
  return () => given;
}

/** These write what links two rows, wherever that is, and nothing else. */
const LINKING: ReadonlySet<string> = new Set(['connect', 'disconnect']);

/** The arguments of one nested write to hand on. */
function settledCall(relation: GuardedRelation, method: string, args: readonly unknown[]): readonly unknown[] {
  const { model, junction, foreignKey } = relation;
  if (junction) throw refusal(junction, method);
  if (LINKING.has(method)) {
    if (model?.streamTable && foreignKey === 'there') throw refusal(model.streamTable, method);
    return args;
  }
  if (!model) return args;
  if (model.streamTable) throw refusal(model.streamTable, method);
  if (method === 'create') return settledArguments(model, args);
  if (args.some(hasCallback)) throw unknownRefusal(nearestStreamTable(model), method);
  // Nothing further on is written without a callback.
  return args;
}

function unknownRefusal({ schema, name }: QualifiedName, method: string): StreamTableReadOnlyError {
  return new StreamTableReadOnlyError(name, method, {
    schema,
    advice: `What a nested ${method}() does further on is not known here, and from there it may come to it: write the rows of the other tables by calls of their own.`,
  });
}

function hasCallback(value: unknown): boolean {
  if (typeof value === 'function') return true;
  return isObject(value) && !ArrayBuffer.isView(value) && Object.values(value).some(hasCallback);
}

function nearestStreamTable(from: GuardedModel): QualifiedName {
  const asked = new Set([from]);
  for (const { streamTable, relations } of asked) {
    if (streamTable) return streamTable;
    for (const { model, junction } of relations.values()) {
      if (junction) return junction;
      if (model) asked.add(model);
    }
  }
  throw new TypeError('No stream table can be reached from there.');
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** Not what is a value in itself: a date, bytes, an instance of a class. */
function isPlain(value: unknown): value is object {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
