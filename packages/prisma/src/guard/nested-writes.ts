import type { RegisteredModel, RegisteredRelation, StreamTableRegistry } from '../registry/index.ts';
import { type Parts, type Settle, settledObject } from './settled.ts';

/** A nested write that would reach a stream table. */
export interface NestedWrite {
  readonly streamTable: NonNullable<RegisteredModel['streamTable']>;
  /** The call as it is nested, say `connectOrCreate`. */
  readonly operation: string;
}

/** What arguments are looked at for. */
interface Watch {
  readonly registry: StreamTableRegistry;
  /** Throws. */
  readonly refuse: (write: NestedWrite) => never;
}

/** These write the foreign key alone, wherever that is. */
const LINKING: ReadonlySet<string> = new Set(['connect', 'disconnect', 'set']);

/** The parts of a call that hold data of its model; both of an upsert. */
const DATA: ReadonlySet<string> = new Set(['data', 'create', 'update']);

/**
 * The arguments of a model's own call to hand on, once nothing in them writes a stream table. Where nested writes can
 * be, they are copies of what was looked at, so that nothing can be something else when Prisma reads it: whatever
 * is not on the way from a model to a stream table (columns, `where`, `select`) is what was given.
 */
export function settledArguments(watch: Watch, model: string, args: Parts): Parts {
  return settledObject({ ...args }, (part, value, settle) =>
    DATA.has(part) ? dataOf(watch, model, value, settle) : value,
  );
}

function dataOf(watch: Watch, model: string, data: unknown, settle: Settle): unknown {
  const relations = watch.registry[model]?.relations;
  if (relations === undefined) return data;
  return settle(data, (field, value, settlePart) => {
    const relation = relations[field];
    return relation ? callsOf(watch, relation, value, settlePart) : value;
  });
}

function callsOf(watch: Watch, relation: RegisteredRelation, calls: unknown, settle: Settle): unknown {
  const streamTable = watch.registry[relation.model]?.streamTable;
  return settle(calls, (operation, call, settlePart) => {
    if (!streamTable) return callOf(watch, relation.model, call, settlePart);
    const settled = settlePart(call, (_, part) => part);
    if (settled !== undefined && writesOtherTable(relation, operation)) watch.refuse({ streamTable, operation });
    return settled;
  });
}

/** Data of the other model, or what holds it, or both: where it is not clear, it is looked at as both. */
function callOf(watch: Watch, model: string, call: unknown, settle: Settle): unknown {
  const holding = settle(call, (part, value, settlePart) =>
    DATA.has(part) ? dataOf(watch, model, value, settlePart) : value,
  );
  return dataOf(watch, model, holding, settle);
}

/** Whether a nested call writes the table of the model that the relation leads to. */
function writesOtherTable({ foreignKey }: RegisteredRelation, operation: string): boolean {
  return !(LINKING.has(operation) && (foreignKey === 'here' || foreignKey === 'join'));
}
