import type { QualifiedName } from '@pgstream/core';

/** The type of a column, down to what a driver is sent: of a domain, what it is over. */
export interface ColumnType {
  /** As the catalog calls it, say `int4` or `numeric`, in the schema below. */
  readonly name: string;
  readonly schema: string;
  /** What stands in the parentheses of `numeric(12,2)` and `varchar(20)`; null where it is not told. */
  readonly precision: number | null;
  readonly scale: number | null;
  /** Of how many arrays it is the element: 0 or 1, and more where a domain is over one. */
  readonly dimensions: number;
  /** As PostgreSQL writes it, without the arrays. */
  readonly text: string;
  /** Of an enum, its labels in their order; null for other types. */
  readonly labels: readonly string[] | null;
}

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly comment: string | null;
  readonly nullable: boolean;
}

/** A stream table as it is to be declared. */
export interface Model extends QualifiedName {
  readonly comment: string | null;
  readonly columns: readonly Column[];
  /** Columns that are unique together and never null; null where nothing is known of any. */
  readonly key: readonly string[] | null;
}

/** Whose models are written. */
export type Orm = 'drizzle' | 'typeorm' | 'prisma';
