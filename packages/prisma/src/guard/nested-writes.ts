import type { RegisteredModel, RegisteredRelation, StreamTableRegistry } from '../registry/index.ts';

/** A nested write that would reach a stream table. */
export interface NestedWrite {
  readonly streamTable: NonNullable<RegisteredModel['streamTable']>;
  /** The call as it is nested, say `connectOrCreate`. */
  readonly operation: string;
}

/** These write the foreign key alone, wherever that is. */
const LINKING: ReadonlySet<string> = new Set(['connect', 'disconnect', 'set']);

/** The parts of a nested call that hold data of the other model, beside the call itself. */
const DATA_OF_CALL = ['data', 'create', 'update'] as const;

/** The parts of a model's own call that hold its data; both of an upsert. */
export const DATA_OF_OPERATION = ['data', 'create', 'update'] as const;

/**
 * The first write to a stream table that is nested in the data of a model, at any depth. Where it is not clear whether
 * an object is data of a model or holds it, both are looked at.
 */
export function findNestedWrite(registry: StreamTableRegistry, model: string, data: unknown): NestedWrite | undefined {
  const relations = registry[model]?.relations;
  if (relations === undefined) return undefined;
  for (const row of listed(data)) {
    for (const [field, relation] of Object.entries(relations)) {
      const found = inRelation(registry, relation, row[field]);
      if (found) return found;
    }
  }
  return undefined;
}

function inRelation(
  registry: StreamTableRegistry,
  relation: RegisteredRelation,
  calls: unknown,
): NestedWrite | undefined {
  if (!isObject(calls)) return undefined;
  const streamTable = registry[relation.model]?.streamTable;
  for (const [operation, call] of Object.entries(calls)) {
    if (isLeftOut(call)) continue;
    if (streamTable) {
      if (writesOtherTable(relation, operation)) return { streamTable, operation };
      continue;
    }
    const found = inCall(registry, relation.model, call);
    if (found) return found;
  }
  return undefined;
}

function inCall(registry: StreamTableRegistry, model: string, call: unknown): NestedWrite | undefined {
  for (const part of listed(call)) {
    const found =
      findNestedWrite(registry, model, part) ??
      DATA_OF_CALL.map((key) => findNestedWrite(registry, model, part[key])).find((nested) => nested !== undefined);
    if (found) return found;
  }
  return undefined;
}

/** Whether a nested call writes the table of the model that the relation leads to. */
function writesOtherTable({ foreignKey }: RegisteredRelation, operation: string): boolean {
  return !(LINKING.has(operation) && (foreignKey === 'here' || foreignKey === 'join'));
}

function listed(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return (Array.isArray(value) ? value : [value]).filter(isObject);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** `undefined`, and `Prisma.skip`, which says the same under strictUndefinedChecks. */
function isLeftOut(value: unknown): boolean {
  return value === undefined || (isObject(value) && typeof value['ifUndefined'] === 'function');
}
