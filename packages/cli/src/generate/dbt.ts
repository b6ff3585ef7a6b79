import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError, EXIT } from '../exit/index.ts';
import type { Known } from './constraints.ts';

/** What a dbt project says of one relation. */
interface Documented extends Known {
  readonly comment: string | null;
  /** Of columns, by name. */
  readonly comments: Readonly<Record<string, string>>;
}

interface Constraint {
  readonly type?: string;
  readonly columns?: readonly string[];
}

interface Node {
  readonly resource_type?: string;
  readonly schema?: string;
  readonly alias?: string;
  readonly name?: string;
  readonly description?: string;
  readonly columns?: Readonly<
    Record<
      string,
      { readonly name?: string; readonly description?: string; readonly constraints?: readonly Constraint[] }
    >
  >;
  readonly constraints?: readonly Constraint[];
  readonly config?: {
    readonly materialized?: string;
    readonly severity?: string;
    readonly where?: string | null;
    readonly enabled?: boolean;
  };
  readonly column_name?: string | null;
  readonly test_metadata?: {
    readonly name?: string;
    readonly kwargs?: { readonly column_name?: string; readonly combination_of_columns?: readonly string[] };
  };
  readonly attached_node?: string | null;
  readonly depends_on?: { readonly nodes?: readonly string[] };
}

interface Manifest {
  readonly nodes?: Readonly<Record<string, Node>>;
  readonly sources?: Readonly<Record<string, Node & { readonly identifier?: string }>>;
}

/** What a dbt project knows, by schema and name. */
export type DbtProject = (schema: string, name: string) => Documented | undefined;

/**
 * Reads what `dbt parse` (or any other command of dbt's) has written to its target folder: descriptions, constraints, and
 * the tests of models and sources. A `primary_key` of the manifest is no key, so tests are judged by themselves: those that
 * fail a run (severity `error`) and look at all rows.
 */
export async function readDbt(target: string): Promise<DbtProject> {
  const manifest = await manifestIn(target);
  const relations = new Map<string, { readonly key: string; readonly documented: Documented }>();
  const tests = Object.values(manifest.nodes ?? {}).filter((node) => node.resource_type === 'test' && counts(node));
  for (const [id, node] of Object.entries({ ...manifest.nodes, ...manifest.sources })) {
    const name =
      'identifier' in node && typeof node.identifier === 'string' ? node.identifier : (node.alias ?? node.name);
    if (node.resource_type === 'test' || node.schema === undefined || name === undefined) continue;
    const own = tests.filter((test) => (test.attached_node ?? test.depends_on?.nodes?.[0]) === id);
    relations.set(JSON.stringify([node.schema, name]), { key: id, documented: documentedBy(node, own) });
  }
  return (schema, name) => relations.get(JSON.stringify([schema, name]))?.documented;
}

async function manifestIn(target: string): Promise<Manifest> {
  const file = target.endsWith('.json') ? target : join(target, 'manifest.json');
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Manifest;
  } catch (error) {
    throw new CliError(
      EXIT.usage,
      'INVALID_ARGUMENT',
      `--dbt is the target folder of a dbt project, with the manifest.json that "dbt parse" writes: ${file} cannot be read (${(error as Error).message}).`,
      error,
    );
  }
}

/** Whether a test promises anything: one that only warns, or looks at some of the rows, does not. */
function counts({ config = {} }: Node): boolean {
  return (
    config.enabled !== false &&
    (config.where ?? null) === null &&
    (config.severity ?? 'error').toLowerCase() === 'error'
  );
}

function documentedBy(node: Node, tests: readonly Node[]): Documented {
  const columns = Object.values(node.columns ?? {});
  const notNull = new Set<string>();
  const unique: string[][] = [];
  const constrained = [
    ...columns.flatMap(({ name = '', constraints = [] }) => constraints.map(({ type }) => ({ type, columns: [name] }))),
    ...(node.constraints ?? []).map(({ type, columns: on = [] }) => ({ type, columns: on.map(unquoted) })),
  ];
  for (const { type, columns: on } of constrained) {
    if (type === 'not_null' || type === 'primary_key') for (const column of on) notNull.add(column);
    if (type === 'unique' || type === 'primary_key') unique.push(on);
  }
  for (const { test_metadata: test, column_name } of tests) {
    const column = column_name ?? test?.kwargs?.column_name;
    if (test?.name === 'not_null' && column) notNull.add(unquoted(column));
    if (test?.name === 'unique' && column) unique.push([unquoted(column)]);
    const combination = test?.kwargs?.combination_of_columns;
    if (test?.name === 'unique_combination_of_columns' && combination) unique.push(combination.map(unquoted));
  }
  const comments = columns.flatMap(({ name, description }) =>
    name && description ? [[name, description] as const] : [],
  );
  return { comment: node.description || null, comments: Object.fromEntries(comments), notNull: [...notNull], unique };
}

/** A column that dbt quotes comes with its quotes. */
function unquoted(column: string): string {
  return column.replace(/^"(.*)"$/s, '$1').replaceAll('""', '"');
}
