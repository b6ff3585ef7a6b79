import type { QualifiedName } from '../name/index.ts';

/** A table as a text names it. */
export interface NamedTable {
  /** Undefined where none is said, and PostgreSQL searches its path. */
  readonly schema?: string | undefined;
  readonly name: string;
}

/** What belongs to tables, found by the names that a text has for them. */
export class TableNames<T> {
  readonly #byName = new Map<string, Map<string, T>>();

  /** Takes in what belongs to a table, in the place of what did before. */
  set({ schema, name }: QualifiedName, value: T): void {
    const bySchema = this.#byName.get(name);
    if (bySchema) bySchema.set(schema, value);
    else this.#byName.set(name, new Map([[schema, value]]));
  }

  /**
   * What belongs to the table of that name. One without a schema is looked for in those of the search path, in its order,
   * as PostgreSQL does.
   */
  find({ schema, name }: NamedTable, searchPath: readonly (string | undefined)[]): T | undefined {
    const bySchema = this.#byName.get(name);
    if (!bySchema) return undefined;
    if (schema !== undefined) return bySchema.get(schema);
    for (const searched of searchPath) {
      const found = searched === undefined ? undefined : bySchema.get(searched);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** What belongs to some table of a schema. */
  inSchema(schema: string): T | undefined {
    for (const bySchema of this.#byName.values()) {
      const found = bySchema.get(schema);
      if (found !== undefined) return found;
    }
    return undefined;
  }
}
