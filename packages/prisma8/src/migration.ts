export {
  createStreamTable,
  type CreateStreamTable,
  type MigrationOperation,
  type MigrationStep,
} from './migration/index.ts';
