export { classify, withoutQuoted } from './classify.ts';
export { explainWriteError, type FailedWrite } from './write-error.ts';
export { mentions } from './mentions.ts';
export type { ErrorContext, ErrorRule } from './rule.ts';
