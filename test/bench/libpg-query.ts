import type { TableName, WriteOperation, WriteTarget } from '@pgstream/core/statement';
import { parseSync } from 'libpg-query';

/** A node of PostgreSQL's parse tree as JSON: most have one key, their kind. */
type Node = Readonly<Record<string, unknown>>;

/** The same as writeTargets() by PostgreSQL's own parser, as far as its tree tells; undefined for what it refuses. */
export function targetsByParser(sql: string): readonly WriteTarget[] | undefined {
  let tree: { stmts?: readonly { stmt: Node }[] };
  try {
    tree = parseSync(sql) as typeof tree;
  } catch {
    return undefined;
  }
  const targets: WriteTarget[] = [];
  for (const { stmt } of tree.stmts ?? []) readNode(stmt, targets);
  return targets;
}

const WRITES: Readonly<Record<string, WriteOperation>> = {
  InsertStmt: 'insert',
  UpdateStmt: 'update',
  DeleteStmt: 'delete',
  MergeStmt: 'merge',
};

function readNode(node: Node, targets: WriteTarget[]): void {
  for (const [kind, value] of Object.entries(node)) readStatement(kind, value as Node, targets);
}

function readStatement(kind: string, node: Node, targets: WriteTarget[]): void {
  const report = (operation: WriteOperation, range: unknown): void => {
    if (range) targets.push({ operation, ...nameOf(range as Node) });
  };
  const operation = WRITES[kind];
  if (operation) {
    readLists(node, targets);
    return report(operation, node['relation']);
  }
  switch (kind) {
    case 'SelectStmt':
      return readLists(node, targets);
    case 'ExplainStmt':
      return isExecuted(node) ? readNode(node['query'] as Node, targets) : undefined;
    case 'PrepareStmt':
    case 'CreateTableAsStmt':
      return readNode(node['query'] as Node, targets);
    case 'CopyStmt':
      if (node['query']) return readNode(node['query'] as Node, targets);
      return node['is_from'] ? report('copy', node['relation']) : undefined;
    case 'TruncateStmt':
      for (const each of node['relations'] as readonly Node[]) report('truncate', each['RangeVar']);
      return undefined;
    case 'AlterTableStmt':
      return readAlterTable(node, report);
    case 'AlterObjectSchemaStmt':
      return node['objectType'] === 'OBJECT_TABLE' ? report('alter table', node['relation']) : undefined;
    case 'RenameStmt':
      if (node['renameType'] === 'OBJECT_SCHEMA') return report('alter schema', { relname: node['subname'] });
      return report('alter table', PARTS.has(String(node['renameType'])) ? undefined : node['relation']);
    case 'DropStmt':
      return readDrop(node, targets);
    default:
      return undefined;
  }
}

/** The WITH list of a query, and of the queries that it is made of. */
function readLists(node: Node, targets: WriteTarget[]): void {
  const { ctes = [] } = (node['withClause'] ?? {}) as { ctes?: readonly Node[] };
  for (const each of ctes) {
    const { ctequery } = each['CommonTableExpr'] as { ctequery: Node };
    readNode(ctequery, targets);
  }
  for (const part of ['larg', 'rarg', 'selectStmt']) {
    const query = node[part] as Node | undefined;
    if (query) readLists((query['SelectStmt'] ?? query) as Node, targets);
  }
}

/** What hangs on a table and is no part of its definition. */
const PARTS = new Set(['OBJECT_TRIGGER', 'OBJECT_POLICY', 'OBJECT_RULE']);

/** What is no change of the definition. */
const HARMLESS =
  /Owner|RelOptions|Trig|RowSecurity|Cluster|Logged|AccessMethod|TableSpace|Rule|ReplicaIdentity|Validate/;

function readAlterTable(node: Node, report: (operation: WriteOperation, range: unknown) => void): void {
  const commands = (node['cmds'] as readonly { AlterTableCmd: Node }[]).map(({ AlterTableCmd }) => AlterTableCmd);
  if (node['objtype'] !== 'OBJECT_TABLE') return;
  if (commands.every(({ subtype }) => HARMLESS.test(String(subtype)))) return;
  report('alter table', node['relation']);
  for (const { def } of commands) {
    const { PartitionCmd } = (def ?? {}) as { PartitionCmd?: { name: unknown } };
    if (PartitionCmd) report('alter table', PartitionCmd.name);
  }
}

function readDrop(node: Node, targets: WriteTarget[]): void {
  const objects = node['objects'] as readonly Node[];
  if (node['removeType'] === 'OBJECT_TABLE') {
    for (const each of objects) {
      const { items } = each['List'] as { items: readonly { String: { sval: string } }[] };
      const [name = '', schema] = items.map(({ String: { sval } }) => sval).toReversed();
      targets.push({ operation: 'drop table', schema, name });
    }
  } else if (node['removeType'] === 'OBJECT_SCHEMA' && node['behavior'] === 'DROP_CASCADE') {
    for (const each of objects) {
      const { sval } = each['String'] as { sval: string };
      targets.push({ operation: 'drop schema', schema: undefined, name: sval });
    }
  }
}

/** Of several ANALYZE the last one counts. */
function isExecuted({ options = [] }: { readonly options?: readonly { DefElem: Node }[] }): boolean {
  const asked = options.map(({ DefElem }) => DefElem).findLast(({ defname }) => defname === 'analyze');
  if (!asked) return false;
  const { String: text, Integer: number } = (asked['arg'] ?? {}) as {
    String?: { sval?: string };
    Integer?: { ival?: number };
  };
  if (number) return (number.ival ?? 0) !== 0;
  return !/^(?:off|false)$/i.test(text?.sval ?? 'on');
}

function nameOf({ schemaname, relname }: Node): TableName {
  return { schema: schemaname as string | undefined, name: String(relname) };
}
