import { EXTENSION_SCHEMAS, type QualifiedName, type StreamTableStatus } from '@pgstream/core';
import { writeTargets } from '@pgstream/core/statement';
import type { Pool } from 'pg';
import { nameText } from '../names/index.ts';
import type { Finding } from '../output/index.ts';
import { type Named, namedIn } from '../query/index.ts';

/** What a tool would do, where it names a stream table, what belongs to one, or what belongs to the extension. */
export async function statementFindings(
  pool: Pool,
  tables: readonly StreamTableStatus[],
  tool: string,
  cure: string,
  statements: readonly string[],
): Promise<Finding[]> {
  const indexes = await indexesOf(pool, tables);
  const findings: Finding[] = [];
  for (const statement of statements) {
    const touched = await touchedBy(statement, tables, indexes);
    if (touched === undefined) continue;
    const { streamTable, drops } = touched;
    const what = streamTable === null ? 'what belongs to the extension' : nameText(streamTable, 'public');
    findings.push({
      code: drops ? 'ORM_WOULD_DROP' : 'ORM_WOULD_ALTER',
      severity: 'error',
      streamTable,
      message: `${tool} would ${drops ? 'drop' : 'alter'} ${what}: ${firstLine(statement)}`,
      cure,
    });
  }
  return findings;
}

interface Touched {
  /** Null where it is the extension's. */
  readonly streamTable: QualifiedName | null;
  readonly drops: boolean;
}

async function touchedBy(
  statement: string,
  tables: readonly QualifiedName[],
  indexes: ReadonlyMap<string, QualifiedName>,
): Promise<Touched | undefined> {
  for (const { kind, schema, name, drops } of await relationsIn(statement)) {
    if (kind === 'schema') {
      if (EXTENSION_SCHEMAS.includes(name)) return { streamTable: null, drops };
      const within = tables.find((table) => table.schema === name);
      if (within !== undefined) return { streamTable: { schema: within.schema, name: within.name }, drops };
      continue;
    }
    if (schema !== null && EXTENSION_SCHEMAS.includes(schema)) return { streamTable: null, drops };
    const table = tables.find((each) => each.schema === (schema ?? 'public') && each.name === name);
    if (table !== undefined) return { streamTable: { schema: table.schema, name: table.name }, drops };
    const owner = indexes.get(nameText({ schema: schema ?? 'public', name }, ''));
    if (owner !== undefined) return { streamTable: owner, drops: false };
  }
  return undefined;
}

/** By PostgreSQL's parser; what it does not take by what the text would write. */
async function relationsIn(statement: string): Promise<readonly Named[]> {
  const named = await namedIn(statement);
  if (named !== undefined) return named;
  return writeTargets(statement).map(({ operation, schema, name }) => ({
    kind: operation.endsWith('schema') ? 'schema' : 'relation',
    schema: schema ?? null,
    name,
    drops: operation.startsWith('drop'),
  }));
}

const INDEXES = `SELECT n.nspname AS schema, i.relname AS name, c.relname AS "table"
FROM pg_catalog.pg_index x JOIN pg_catalog.pg_class i ON i.oid OPERATOR(pg_catalog.=) x.indexrelid
JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) x.indrelid
JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
WHERE x.indrelid OPERATOR(pg_catalog.=) ANY (SELECT v::pg_catalog.oid FROM pg_catalog.json_array_elements_text($1::pg_catalog.text::json) v)`;

async function indexesOf(
  pool: Pool,
  tables: readonly StreamTableStatus[],
): Promise<ReadonlyMap<string, QualifiedName>> {
  const oids = JSON.stringify(tables.map(({ relationOid }) => String(relationOid)));
  const { rows } = await pool.query<{ schema: string; name: string; table: string }>(INDEXES, [oids]);
  return new Map(rows.map(({ schema, name, table }) => [nameText({ schema, name }, ''), { schema, name: table }]));
}

function firstLine(statement: string): string {
  const [line = '', ...more] = statement.trim().split('\n');
  return more.length === 0 ? line : `${line} …`;
}
