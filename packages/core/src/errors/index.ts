export { classify } from './classify.ts';
export type { ErrorContext, ErrorRule } from './rule.ts';
export type { PgStreamErrorCode } from './codes.ts';
export {
  isPgStreamError,
  PgStreamError,
  StreamTableNotFoundError,
  StreamTableReadOnlyError,
  type PgStreamErrorFields,
  type RefusedWriteFields,
} from './errors.ts';
