export { shopDatabase } from './database.ts';
export { HOSTILE_NAME, LETTERS_NAME, LONGEST_NAME, type Model, type Row, type StreamModel } from './models.ts';
export { BIG_JSON, SAMPLES, type Sample, type SampleKind } from './samples.ts';
