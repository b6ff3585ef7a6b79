export {
  defineConfig,
  type ModelConfig,
  type ModelsConfig,
  type OptionDefaults,
  type PgStreamConfig,
} from './config/index.ts';
