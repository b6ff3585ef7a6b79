export { classify, type ErrorContext, type ErrorRule, type Verdict } from './classify.ts';
export type { PgStreamErrorCode } from './codes.ts';
export type { DriverError } from './driver-error.ts';
export {
  isPgStreamError,
  PgStreamError,
  StreamTableNotFoundError,
  StreamTableReadOnlyError,
  type PgStreamErrorFields,
} from './errors.ts';
