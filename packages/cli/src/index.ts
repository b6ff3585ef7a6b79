export { defineConfig, type OptionDefaults, type PgStreamConfig } from './config/index.ts';
