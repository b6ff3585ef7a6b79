import type { QueryRunner } from 'typeorm';
import type { QualifiedName } from '@pgstream/core';
import type { RefusedWrite, WriteTarget } from '@pgstream/core/statement';
import { streamTablesOf } from './catalog.ts';
import { wrap } from './layer.ts';
import { type Permits, type StatementGuard, textOf } from './statements.ts';

/**
 * Query runners that ask the database whether a table of a declared name is a stream table (yet, or still), while they are
 * told to: a migration may have made and dropped an ordinary one of that name. Only what would be refused is asked about.
 */
export class AskingRunners implements Permits {
  readonly #statements: () => StatementGuard;
  /** Each with what it may do, as the database said when it was asked last: which is before each such statement. */
  readonly #permitted = new WeakMap<QueryRunner, Set<string>>();

  constructor(statements: () => StatementGuard) {
    this.#statements = statements;
  }

  has(runner: QueryRunner | undefined, target: WriteTarget): boolean {
    return runner !== undefined && this.#permitted.get(runner)?.has(keyOf(target)) === true;
  }

  /** Runs work in which a query runner asks. */
  async run<T>(runner: QueryRunner, work: () => Promise<T>): Promise<T> {
    if (this.#permitted.has(runner)) return await work();
    this.#permitted.set(runner, new Set());
    const ask = (texts: readonly string[]): Promise<void> => this.ask(runner, texts);
    const undo = wrap(
      runner,
      'query',
      (original) =>
        async function askAndQuery(...args) {
          await ask([textOf(args[0])]);
          return await original.apply(this, args);
        },
    );
    try {
      return await work();
    } finally {
      undo();
      this.#permitted.delete(runner);
    }
  }

  /** Permits what the texts do to tables that are no stream tables now. */
  async ask(runner: QueryRunner, texts: readonly string[]): Promise<void> {
    const permitted = this.#permitted.get(runner);
    if (!permitted) return;
    const refused = texts.flatMap((text) => this.#statements().refused(text));
    if (refused.length === 0) return;
    const there = await streamTablesOf(runner);
    for (const each of refused) {
      if (there && !isAmong(there, each)) permitted.add(keyOf(each.target));
      else permitted.delete(keyOf(each.target));
    }
  }

  /** Whether a table counts as a stream table to a query runner: by its declaration, or as the database says. */
  async counts(runner: QueryRunner, { schema, name }: QualifiedName): Promise<boolean> {
    if (!this.#permitted.has(runner)) return true;
    const there = await streamTablesOf(runner);
    return !there || there.some((table) => table.schema === schema && table.name === name);
  }
}

function isAmong(there: readonly QualifiedName[], { target, table }: RefusedWrite): boolean {
  if (target.operation.endsWith(' schema')) return there.some(({ schema }) => schema === target.name);
  // An unqualified name may be another schema's: whichever the search_path finds.
  return there.some(
    ({ schema, name }) => name === table.name && (target.schema === undefined || schema === table.schema),
  );
}

function keyOf({ operation, schema, name }: WriteTarget): string {
  return JSON.stringify([operation, schema, name]);
}
