export { classify } from './classify.ts';
export type { ErrorContext, ErrorRule } from './rule.ts';
