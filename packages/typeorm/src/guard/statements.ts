import type { QualifiedName, StreamTableReadOnlyError } from '@pgstream/core';
import type { QueryRunner } from 'typeorm';
import { cannotWrite, type WriteTarget, writeTargets } from '@pgstream/core/statement';
import { refusal, refusedDefinition, refusedSchema } from './refusal.ts';
import type { StreamEntities } from './stream-entities.ts';

/** As many texts, and as long ones, as an application's own statements are; TypeORM makes the same ones again and again. */
const MOST = 500;
const LONGEST = 2_000;

/** What a statement must not do. */
export interface RefusedTarget {
  readonly target: WriteTarget;
  readonly table: QualifiedName;
  readonly error: StreamTableReadOnlyError;
}

/** What query runners may do all the same, because the database was asked. */
export interface Permits {
  has(runner: QueryRunner | undefined, target: WriteTarget): boolean;
}

/** Looks at the statements of a DataSource before they are sent. */
export class StatementGuard {
  readonly #streams: StreamEntities;
  readonly #permits: Permits;
  /** Texts that write, and no stream table: to read one takes longer than to find that it was read before. */
  readonly #harmless = new Set<string>();

  constructor(streams: StreamEntities, permits: Permits) {
    this.#streams = streams;
    this.#permits = permits;
  }

  /** Throws `StreamTableReadOnlyError` for a statement that must not be sent. */
  check(sql: string, runner?: QueryRunner): void {
    if (cannotWrite(sql) || this.#harmless.has(sql)) return;
    const targets = this.refused(sql);
    const refused = targets.find(({ target }) => !this.#permits.has(runner, target));
    if (refused) throw refused.error;
    if (targets.length > 0 || sql.length > LONGEST) return;
    if (this.#harmless.size === MOST) this.#harmless.clear();
    this.#harmless.add(sql);
  }

  /** All that a statement must not do, by the names that are declared. */
  refused(sql: string): readonly RefusedTarget[] {
    return writeTargets(sql).flatMap((target) => this.#refusedTarget(target) ?? []);
  }

  #refusedTarget(target: WriteTarget): RefusedTarget | undefined {
    const { operation, name } = target;
    if (operation.endsWith(' schema')) {
      const table = this.#streams.inSchema(name);
      return table && { target, table, error: refusedSchema(table, operation) };
    }
    if (operation.endsWith(' table')) {
      const table = this.#streams.table(target);
      return table && { target, table, error: refusedDefinition(table, operation) };
    }
    const table = this.#streams.writtenAs(target);
    return table && { target, table, error: refusal(table, operation) };
  }
}

/** The text of what `pg` is given to send: itself, or that of a query object. Empty for what has none. */
export function textOf(statement: unknown): string {
  if (typeof statement === 'string') return statement;
  if (typeof statement !== 'object' || statement === null) return '';
  const { text, cursor } = statement as { readonly text?: unknown; readonly cursor?: { readonly text?: unknown } };
  const said = text ?? cursor?.text;
  return typeof said === 'string' ? said : '';
}
