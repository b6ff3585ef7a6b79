import type { StreamTableReadOnlyError } from '../errors/index.ts';
import type { QualifiedName } from '../name/index.ts';
import { knownTargets, type WriteTarget } from '../statement/index.ts';
import { refusal, refusedDefinition, refusedSchema } from './refusal.ts';
import type { StreamTables } from './stream-tables.ts';

/** Something that a statement must not do. */
export interface RefusedWrite {
  /** As the text says it. */
  readonly target: WriteTarget;
  readonly table: QualifiedName;
  /** To be thrown. */
  readonly error: StreamTableReadOnlyError;
}

/**
 * What a text would do to stream tables if it was sent, in its order; empty for one that may be sent. What is seen is what
 * {@link writeTargets} sees. Texts that are asked about again and again are read once.
 */
export function refusedWrites(sql: string, tables: StreamTables): readonly RefusedWrite[] {
  const targets = knownTargets(sql);
  return targets.length === 0 ? NONE : refusedAmong(targets, tables);
}

const NONE: readonly RefusedWrite[] = [];

function refusedAmong(targets: readonly WriteTarget[], tables: StreamTables): readonly RefusedWrite[] {
  const refused: RefusedWrite[] = [];
  for (const target of targets) {
    const write = refusedWrite(target, tables);
    if (write) refused.push(write);
  }
  return refused;
}

function refusedWrite(target: WriteTarget, tables: StreamTables): RefusedWrite | undefined {
  const { operation, name } = target;
  if (operation === 'drop schema' || operation === 'alter schema') {
    const table = tables.inSchema(name);
    return table && { target, table, error: refusedSchema(table, operation) };
  }
  if (operation === 'drop table' || operation === 'alter table') {
    const table = tables.table(target);
    return table && { target, table, error: refusedDefinition(table, operation) };
  }
  const table = tables.writtenAs(target);
  return table && { target, table, error: refusal(table, operation) };
}
