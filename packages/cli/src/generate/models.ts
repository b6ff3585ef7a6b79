import { isHiddenColumn, type StreamTableStatus } from '@pgstream/core';
import type { Pool } from 'pg';
import { CliError, EXIT } from '../exit/index.ts';
import { readCatalog, type Cataloged } from './catalog.ts';
import { derive, type Derived } from './constraints.ts';
import type { DbtProject } from './dbt.ts';
import type { Model } from './model.ts';

/** What one says oneself of a stream table. */
export interface Told {
  /** The columns of its key: unique together, and never null. */
  readonly key?: readonly string[] | undefined;
  /** Columns that are never null. */
  readonly notNull?: readonly string[] | undefined;
}

export interface Knowledge {
  /** By schema and name. */
  readonly told: (table: Cataloged) => Told;
  readonly dbt: DbtProject;
  /** For what could not be found out, and why. */
  readonly note: (text: string) => void;
  /** How a stream table is called on the command line. */
  readonly text: (table: Cataloged) => string;
}

/** Stream tables as they are to be declared: what is told goes before what dbt knows, and that before what sources say. */
export async function modelsOf(
  pool: Pool,
  tables: readonly StreamTableStatus[],
  { told, dbt, note, text }: Knowledge,
): Promise<Model[]> {
  const cataloged = await readCatalog(pool, tables, isHiddenColumn);
  const derived = await derive(pool, cataloged);
  return cataloged.map((table, index) => {
    const byConstraints: Derived = derived[index] ?? { notNull: [], unique: [] };
    if (byConstraints.failure !== undefined) {
      note(`${text(table)}: nothing is known of keys and of what is never null, ${byConstraints.failure}.`);
    }
    return modelOf(table, told(table), dbt(table.schema, table.name), byConstraints, text(table));
  });
}

function modelOf(
  table: Cataloged,
  { key: toldKey, notNull: toldNotNull = [] }: Told,
  documented: ReturnType<DbtProject>,
  derived: Derived,
  called: string,
): Model {
  const { schema, name, columns } = table;
  for (const column of [...(toldKey ?? []), ...toldNotNull]) {
    if (columns.some((each) => each.name === column)) continue;
    throw new CliError(
      EXIT.usage,
      'INVALID_ARGUMENT',
      `${called} has no column ${JSON.stringify(column)}. It has ${columns.map((each) => each.name).join(', ')}.`,
    );
  }
  const notNull = new Set([...(toldKey ?? []), ...toldNotNull, ...(documented?.notNull ?? []), ...derived.notNull]);
  const keys = toldKey === undefined ? [...(documented?.unique ?? []), ...derived.unique] : [toldKey];
  return {
    schema,
    name,
    comment: table.comment ?? documented?.comment ?? null,
    columns: columns.map((column) => ({
      ...column,
      comment: column.comment ?? documented?.comments[column.name] ?? null,
      nullable: !notNull.has(column.name),
    })),
    // The first with no column that may be null: an ORM takes rows of one key for one row.
    key: keys.find((key) => key.length > 0 && key.every((column) => notNull.has(column))) ?? null,
  };
}
