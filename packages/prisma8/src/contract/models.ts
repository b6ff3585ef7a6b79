import type { QualifiedName } from '@pgstream/core';
import { TableNames } from '@pgstream/core/statement';
import { type Contract, isContract, type ModelName, type Relation } from './contract.ts';
import { invalid } from './invalid.ts';
import { nameOf, streamTableOf } from './stream-table.ts';

/** The models that stand for stream tables, by their namespaces: `{ public: ['OrderTotals'] }`. */
export type StreamModels = Readonly<Record<string, readonly string[]>>;

/** A model that stands for a stream table, or from which nested writes can come to one. */
export interface GuardedModel {
  /** The stream table that it stands for. */
  readonly streamTable: QualifiedName | undefined;
  /** Only those that lead to a stream table, directly or further on. */
  readonly relations: ReadonlyMap<string, GuardedRelation>;
}

/** A relation by which a write can come to a stream table. */
export interface GuardedRelation {
  /** The model that it leads to, where that has to do with stream tables itself. */
  readonly model: GuardedModel | undefined;
  /** Where the foreign key is that links two rows: beside the relation itself, in the other model's table, or in one between. */
  readonly foreignKey: 'here' | 'there' | 'between';
  /** The stream table that is between. */
  readonly junction: QualifiedName | undefined;
}

/** What a contract has to do with stream tables. */
export interface DeclaredModels {
  readonly storageHash: string;
  /** The stream tables, by their names in the database. */
  readonly tables: TableNames<QualifiedName>;
  /** Undefined for a model that has nothing to do with them. */
  find(name: ModelName): GuardedModel | undefined;
}

/**
 * Reads a contract. Throws INVALID_ARGUMENT for what is none, for models that it has not, and for what Prisma's migrations would
 * alter or drop; INVALID_NAME for a column of the extension's own.
 */
export function declaredModels(contractJson: unknown, named: StreamModels): DeclaredModels {
  if (!isContract(contractJson)) {
    throw invalid(
      "streamTables() takes what prisma contract emit has written: import contractJson from './contract.json' with { type: 'json' }.",
    );
  }
  const tables = new TableNames<QualifiedName>();
  for (const model of modelNames(named)) {
    const table = streamTableOf(contractJson, model);
    tables.set(table, table);
  }
  const models = guardedModels(contractJson, (table) => tables.find(table, []));
  return {
    storageHash: contractJson.storage.storageHash,
    tables,
    find: ({ namespace, model }) => models.get(namespace)?.get(model),
  };
}

function modelNames(named: StreamModels): ModelName[] {
  const given: unknown = named;
  const entries = typeof given === 'object' && given !== null ? Object.entries(given) : [];
  const names = entries.flatMap(([namespace, models]: [string, unknown]) =>
    Array.isArray(models) ? models.map((model) => ({ namespace, model: String(model) })) : [],
  );
  if (names.length === 0) {
    throw invalid(
      "streamTables() takes the models that stand for stream tables, by their namespaces: streamTables(contractJson, { public: ['OrderTotals'] }).",
    );
  }
  return names;
}

type FindTable = (table: QualifiedName) => QualifiedName | undefined;

/** A model while the others are not yet known. */
interface Node extends GuardedModel {
  readonly relations: Map<string, GuardedRelation>;
  readonly declared: Readonly<Record<string, Relation>>;
}

function guardedModels(contract: Contract, streamTable: FindTable): ReadonlyMap<string, ReadonlyMap<string, Node>> {
  const tableOf = (storage: { readonly namespaceId: string; readonly table: string }): QualifiedName | undefined => {
    const name = nameOf(contract, { storage });
    return name && streamTable(name);
  };
  const models = new Map(
    Object.entries(contract.domain.namespaces).map(([namespace, { models: declared }]) => [
      namespace,
      new Map(
        Object.entries(declared).map(([model, { storage, relations = {} }]): [string, Node] => [
          model,
          { streamTable: tableOf(storage), relations: new Map(), declared: relations },
        ]),
      ),
    ]),
  );
  const all = [...models.values()].flatMap((inNamespace) => [...inNamespace.values()]);
  // From the stream tables backwards, until nothing more leads there.
  for (let isMore = true; isMore;) {
    isMore = false;
    for (const node of all) {
      for (const [field, relation] of Object.entries(node.declared)) {
        if (node.relations.has(field)) continue;
        const target = models.get(relation.to.namespace)?.get(relation.to.model);
        const model = target && isGuarded(target) ? target : undefined;
        const junction = relation.through && tableOf(relation.through);
        if (!model && !junction) continue;
        node.relations.set(field, { model, junction, foreignKey: foreignKeyOf(relation) });
        isMore = true;
      }
    }
  }
  return new Map(
    [...models].map(([namespace, nodes]) => [namespace, new Map([...nodes].filter(([, node]) => isGuarded(node)))]),
  );
}

function isGuarded({ streamTable, relations }: GuardedModel): boolean {
  return streamTable !== undefined || relations.size > 0;
}

function foreignKeyOf({ through, cardinality }: Relation): GuardedRelation['foreignKey'] {
  if (through) return 'between';
  return cardinality === 'N:1' ? 'here' : 'there';
}
