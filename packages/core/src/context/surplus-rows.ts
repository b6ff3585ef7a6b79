import { NAMES, type DialectName } from '../dialect/index.ts';
import { quoteName, type QualifiedName } from '../name/index.ts';
import { emitWarning } from '../warning/index.ts';

/**
 * The stream tables of a database that hold rows which are not in their result, as pg_trickle before 0.83 keeps EXCEPT and
 * INTERSECT (contract B.5). A plain SELECT, and so a model, shows them as well.
 */
export class SurplusRows {
  readonly #extension: DialectName;
  readonly #notWarned: Set<string>;

  constructor(extension: DialectName, tables: readonly (readonly [schema: string, name: string])[]) {
    this.#extension = extension;
    this.#notWarned = new Set(tables.map(([schema, name]) => quoteName({ schema, name })));
  }

  /** Warns of a stream table that is asked for, once. */
  warn(name: QualifiedName): void {
    const table = quoteName(name);
    if (!this.#notWarned.delete(table)) return;
    emitWarning(
      `The stream table ${table} holds rows that are not in its result: ${this.#extension} before 0.83 keeps EXCEPT and INTERSECT with two counters, ${NAMES[this.#extension].hiddenPrefix}count_l and _r, and whoever reads the table sees all of its rows. Drop it and create it with refreshMode 'FULL', or update the extension and refresh it.`,
      { code: 'PGSTREAM_SURPLUS_ROWS' },
    );
  }
}
