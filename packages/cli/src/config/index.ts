export { defineConfig, type OptionDefaults, type PgStreamConfig } from './config.ts';
export { loadConfig } from './load.ts';
