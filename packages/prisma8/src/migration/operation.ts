/** A statement of a migration, with its bind parameters. */
export interface MigrationStep {
  readonly description: string;
  readonly sql: string;
  readonly params?: readonly unknown[];
}

/** An element of `operations` of a migration, as `rawSql()` of `@prisma/orm-postgres/migration` gives one. */
export interface MigrationOperation {
  readonly id: string;
  readonly label: string;
  readonly operationClass: 'additive';
  readonly target: {
    readonly id: 'postgres';
    readonly details: { readonly schema: string; readonly objectType: 'table'; readonly name: string };
  };
  readonly precheck: readonly MigrationStep[];
  readonly execute: readonly MigrationStep[];
  /** What is so already is not done again. */
  readonly postcheck: readonly MigrationStep[];
}
