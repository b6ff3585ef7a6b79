import type { QualifiedName } from '../name/index.ts';
import type { ProtectedTable, StreamTables } from './stream-tables.ts';
import type { NamedTable, TableNames } from './table-names.ts';

/** Stream tables that a client declares, when nothing is known of views. */
export class DeclaredTables implements StreamTables {
  readonly #names: TableNames<QualifiedName>;
  readonly #searchPath: readonly string[];

  /** Of names that may become more later. */
  constructor(names: TableNames<QualifiedName>, searchPath: readonly string[]) {
    this.#names = names;
    this.#searchPath = searchPath;
  }

  table(named: NamedTable): QualifiedName | undefined {
    return this.#names.find(named, this.#searchPath);
  }

  writtenAs(named: NamedTable): ProtectedTable | undefined {
    return this.table(named);
  }

  inSchema(schema: string): QualifiedName | undefined {
    return this.#names.inSchema(schema);
  }
}
