import type { QualifiedName } from '@pgstream/core';

/** A stream table that a write would come to. */
export interface ProtectedTable extends QualifiedName {
  /** The view that passes the write on, where there is one between. */
  readonly view?: string;
}
