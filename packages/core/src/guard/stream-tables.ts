import type { QualifiedName } from '../name/index.ts';
import type { NamedTable } from './table-names.ts';

/** A stream table that a write would come to. */
export interface ProtectedTable extends QualifiedName {
  /** The view that passes the write on, where there is one between. */
  readonly view?: string | undefined;
}

/** Which tables are stream tables, as far as a client knows. */
export interface StreamTables {
  /** The stream table of that name; undefined for another one. */
  table(named: NamedTable): QualifiedName | undefined;
  /** The stream table that a write to what has that name comes to: itself, or that of a view. */
  writtenAs(named: NamedTable): ProtectedTable | undefined;
  /** One that is in a schema. */
  inSchema(schema: string): QualifiedName | undefined;
}
