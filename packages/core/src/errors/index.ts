export { classify, type ErrorContext, type ErrorRule } from './classify.ts';
export type { PgStreamErrorCode } from './codes.ts';
export {
  isPgStreamError,
  PgStreamError,
  StreamTableNotFoundError,
  StreamTableReadOnlyError,
  type PgStreamErrorFields,
} from './errors.ts';
