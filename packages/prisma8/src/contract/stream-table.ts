import { HIDDEN_COLUMN_PREFIXES, isHiddenColumn, PgStreamError, type QualifiedName } from '@pgstream/core';
import type { Contract, Model, ModelName, Table } from './contract.ts';
import { invalid } from './invalid.ts';

/**
 * The stream table that a model stands for. Throws INVALID_ARGUMENT where Prisma's migrations would alter or drop it, or its
 * verification could never succeed; INVALID_NAME for a column of the extension's own.
 */
export function streamTableOf(contract: Contract, { namespace, model }: ModelName): QualifiedName {
  const { models } = contract.domain.namespaces[namespace] ?? { models: {} };
  const declared = models[model];
  if (!declared) {
    throw invalid(
      `The contract has no model "${model}" in the namespace "${namespace}". ${modelsOf(contract)} After a change of the schema, run prisma contract emit.`,
    );
  }
  const name = nameOf(contract, declared);
  const table = contract.storage.namespaces[declared.storage.namespaceId]?.entries.table?.[declared.storage.table];
  if (!name || !table) throw invalid(`The contract has no table for the model "${model}": run prisma contract emit.`);
  checkColumns(name, table);
  checkControl(model, table);
  checkVariants(contract, model, declared);
  return name;
}

/** The name in the database of what a model, or a relation, is stored in. */
export function nameOf(
  contract: Contract,
  { storage: { namespaceId, table } }: Pick<Model, 'storage'>,
): QualifiedName | undefined {
  const schema = contract.storage.namespaces[namespaceId]?.id;
  return schema === undefined ? undefined : { schema, name: table };
}

function modelsOf({ domain: { namespaces } }: Contract): string {
  const names = Object.entries(namespaces).flatMap(([namespace, { models }]) =>
    Object.keys(models).map((model) => `${namespace}.${model}`),
  );
  return names.length === 0 ? 'It has none.' : `It has ${names.join(', ')}.`;
}

function checkColumns({ schema, name }: QualifiedName, { columns }: Table): void {
  const hidden = Object.keys(columns).find(isHiddenColumn);
  if (hidden === undefined) return;
  throw new PgStreamError(
    'INVALID_NAME',
    `"${name}" declares the column "${hidden}", which is the extension's own, as all that begin with ${HIDDEN_COLUMN_PREFIXES.join(' or ')}. Leave it out of the model: it is no part of the data.`,
    { operation: 'streamTables', schema, table: name },
  );
}

function checkControl(model: string, table: Table): void {
  const { control } = table;
  if (control === 'observed') return;
  if (control !== 'external') {
    throw invalid(
      `${control === undefined ? 'Prisma looks after' : `@@control(${control}) lets Prisma look after`} the table of "${model}": its migrations would alter or drop the stream table. Write @@control(observed) into the model, and run prisma contract emit.`,
    );
  }
  const strict = strictlyVerified(table);
  if (strict === undefined) return;
  throw invalid(
    `@@control(external) has Prisma verify the table of "${model}" strictly, and stream tables have no ${strict}: prisma db sign would always fail. Write @@control(observed).`,
  );
}

/** What the declaration has and no stream table can. */
function strictlyVerified({ columns, primaryKey, foreignKeys, uniques, indexes }: Table): string | undefined {
  if (primaryKey !== undefined) return 'primary key';
  if (isSome(foreignKeys)) return 'foreign key, which @relation declares';
  if (isSome(uniques)) return 'unique constraint';
  if (isSome(indexes)) return 'index of that name';
  return Object.values(columns).some(({ nullable }) => !nullable)
    ? 'columns that are NOT NULL (write a ? behind their types)'
    : undefined;
}

function isSome(list: readonly unknown[] | undefined): boolean {
  return list !== undefined && list.length > 0;
}

/** A row of a variant with a table of its own is in two tables: one would be written for the other. */
function checkVariants(contract: Contract, model: string, { base, storage }: Model): void {
  if (!base) return;
  const of = contract.domain.namespaces[base.namespace]?.models[base.model]?.storage;
  if (of?.namespaceId === storage.namespaceId && of.table === storage.table) return;
  throw invalid(
    `"${model}" is a variant of "${base.model}" with a table of its own, and a row of it is in both: a stream table cannot be the half of a row. Make it a model by itself.`,
  );
}
