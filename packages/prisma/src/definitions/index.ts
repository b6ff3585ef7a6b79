export { streamTableDefinitions, type StreamTableDefinitionsOptions } from './definitions.ts';
