export { classify } from './classify.ts';
export { mentions } from './mentions.ts';
export type { ErrorContext, ErrorRule } from './rule.ts';
