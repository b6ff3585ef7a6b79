export {
  defineConfig,
  type ModelConfig,
  type ModelsConfig,
  type OptionDefaults,
  type PgStreamConfig,
} from './config.ts';
export { loadConfig } from './load.ts';
