import { isHiddenColumn, type StreamTableStatus } from '@pgstream/core';
import type { Pool } from 'pg';
import { nameText } from '../names/index.ts';
import type { Finding } from '../output/index.ts';
import type { DeclaredModel } from './protocol.ts';

interface Wire {
  readonly oid: string;
  readonly name: string;
  /** The type as SQL has it, without length and the like; null for those that every table has, as ctid. */
  readonly type: string | null;
}

/** The columns of relations ($1); a domain is what it is over. */
const COLUMNS = `SELECT a.attrelid::pg_catalog.text AS oid, a.attname AS name,
CASE WHEN a.attnum OPERATOR(pg_catalog.>) 0 THEN pg_catalog.format_type(CASE t.typtype WHEN 'd' THEN t.typbasetype ELSE t.oid END, NULL) END AS type
FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid OPERATOR(pg_catalog.=) a.atttypid
WHERE a.attrelid OPERATOR(pg_catalog.=) ANY (SELECT v::pg_catalog.oid FROM pg_catalog.json_array_elements_text($1::pg_catalog.text::json) v)
AND NOT a.attisdropped`;

/** Declared types as the server writes them ($1); null for what is none to it. */
const TYPES = `SELECT v AS declared, pg_catalog.format_type(pg_catalog.to_regtype(v), NULL) AS type
FROM pg_catalog.json_array_elements_text($1::pg_catalog.text::json) v WHERE pg_catalog.to_regtype(v) IS NOT NULL`;

/** A serial is an integer to those who read it. */
const SERIALS: Readonly<Record<string, string>> = { smallserial: 'smallint', serial: 'integer', bigserial: 'bigint' };

/** Columns that models declare of stream tables and that these do not have, or have of another type. */
export async function gapFindings(
  pool: Pool,
  tables: readonly StreamTableStatus[],
  models: readonly DeclaredModel[],
): Promise<Finding[]> {
  const pairs = models.flatMap((model) => {
    const table = tables.find(({ schema, name }) => schema === (model.schema ?? 'public') && name === model.name);
    return table === undefined ? [] : [{ model, table }];
  });
  if (pairs.length === 0) return [];
  const oids = JSON.stringify(pairs.map(({ table }) => String(table.relationOid)));
  const declared = [...new Set(pairs.flatMap(({ model }) => model.columns.flatMap(({ type }) => type ?? [])))];
  const [columns, types] = await Promise.all([
    pool.query<Wire>(COLUMNS, [oids]),
    pool.query<{ declared: string; type: string }>(TYPES, [JSON.stringify(declared)]),
  ]);
  const meant = new Map(types.rows.map(({ declared: text, type }) => [text, type]));
  return pairs.flatMap(({ model, table }) => {
    const own = new Map(
      columns.rows.filter(({ oid }) => Number(oid) === table.relationOid).map(({ name, type }) => [name, type]),
    );
    return gapsOf(model, table, own, (type) => SERIALS[type] ?? meant.get(type));
  });
}

function gapsOf(
  model: DeclaredModel,
  { schema, name }: StreamTableStatus,
  own: ReadonlyMap<string, string | null>,
  meaning: (type: string) => string | undefined,
): Finding[] {
  const streamTable = { schema, name };
  const table = nameText(streamTable, 'public');
  return model.columns
    .filter((column) => !isHiddenColumn(column.name))
    .flatMap((column): Finding[] => {
      const type = own.get(column.name);
      const said = column.type === null ? undefined : meaning(column.type);
      const about = {
        code: 'MODEL_DIFFERS',
        streamTable,
        cure: 'Write the model anew from the database: pgstream generate shows it.',
      };
      if (type === undefined) {
        return [
          {
            ...about,
            severity: 'error',
            message: `A model of ${table} has the column ${JSON.stringify(column.name)}, which the stream table has not: what reads it fails (42703).`,
          },
        ];
      }
      if (type === null || said === undefined || said === type) return [];
      return [
        {
          ...about,
          severity: 'warn',
          message: `A model of ${table} says that its column ${JSON.stringify(column.name)} is ${said}; it is ${type}.`,
        },
      ];
    });
}
