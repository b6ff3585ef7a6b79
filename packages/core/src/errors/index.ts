export type { PgStreamErrorCode } from './codes.ts';
export { findDriverError, type DriverError } from './driver-error.ts';
export {
  isPgStreamError,
  PgStreamError,
  StreamTableNotFoundError,
  StreamTableReadOnlyError,
  type PgStreamErrorFields,
  type RefusedWriteFields,
} from './errors.ts';
export { checkMs } from './milliseconds.ts';
