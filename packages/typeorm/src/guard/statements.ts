import type { StreamTableReadOnlyError } from '@pgstream/core';
import { cannotWrite, writeTargets } from '../statement/index.ts';
import { refusal, refusedDefinition } from './refusal.ts';
import type { StreamEntities } from './stream-entities.ts';

/** As many texts, and as long ones, as an application's own statements are; TypeORM makes the same ones again and again. */
const MOST = 500;
const LONGEST = 2_000;

/** Looks at the statements of a DataSource before they are sent. */
export class StatementGuard {
  readonly #streams: StreamEntities;
  /** Texts that write, and no stream table: to read one takes longer than to find that it was read before. */
  readonly #harmless = new Set<string>();

  constructor(streams: StreamEntities) {
    this.#streams = streams;
  }

  /** Throws `StreamTableReadOnlyError` for a statement that must not be sent. */
  check(sql: string): void {
    if (cannotWrite(sql) || this.#harmless.has(sql)) return;
    const refused = this.#refusalOf(sql);
    if (refused) throw refused;
    if (sql.length > LONGEST) return;
    if (this.#harmless.size === MOST) this.#harmless.clear();
    this.#harmless.add(sql);
  }

  #refusalOf(sql: string): StreamTableReadOnlyError | undefined {
    for (const target of writeTargets(sql)) {
      const stream = this.#streams.named(target);
      if (stream) return (target.operation.endsWith(' table') ? refusedDefinition : refusal)(stream, target.operation);
    }
    return undefined;
  }
}
