export { streamTable, type StreamTableHandle } from './handle.ts';
