import { type RefusedWrite, refusedWrites, type WriteTarget } from '@pgstream/core/statement';
import type { QueryRunner } from 'typeorm';
import type { StreamEntities } from './stream-entities.ts';

/** What query runners may do all the same, because the database was asked. */
export interface Permits {
  has(runner: QueryRunner | undefined, target: WriteTarget): boolean;
}

/** Looks at the statements of a DataSource before they are sent. */
export class StatementGuard {
  readonly #streams: StreamEntities;
  readonly #permits: Permits;

  constructor(streams: StreamEntities, permits: Permits) {
    this.#streams = streams;
    this.#permits = permits;
  }

  /** Throws `StreamTableReadOnlyError` for a statement that must not be sent. */
  check(sql: string, runner?: QueryRunner): void {
    const refused = this.refused(sql).find(({ target }) => !this.#permits.has(runner, target));
    if (refused) throw refused.error;
  }

  /** All that a statement must not do, by the names that are declared. */
  refused(sql: string): readonly RefusedWrite[] {
    return refusedWrites(sql, this.#streams);
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
