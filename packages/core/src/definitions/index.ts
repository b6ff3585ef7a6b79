export { apply, type ApplyOptions, type ApplyReport } from './apply.ts';
export type { Declared, DeclaredColumn, DeclaredStreamTable } from './declared.ts';
export type { MigrationFile, MigrationFormat, RepeatableFormat } from './formats.ts';
export {
  MIGRATION_FORMATS,
  migrationSql,
  writeMigrations,
  type MigrationOptions,
  type Migrations,
  type MigrationSql,
} from './migrations.ts';
export { plan, type PlanOptions } from './plan.ts';
export { writeRepeatable, type RepeatableOptions } from './repeatable.ts';
export { planRollback, readDefinitions, type CatalogOptions } from './rollback.ts';
export type { Plan, PlanSettings, PlanStep, StepKind, StepSql } from './steps.ts';
export { planText, type PlanTextOptions } from './text.ts';
