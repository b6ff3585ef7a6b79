export type { PgStreamErrorCode } from './codes.ts';
export {
  isPgStreamError,
  PgStreamError,
  StreamTableNotFoundError,
  StreamTableReadOnlyError,
  type PgStreamErrorFields,
  type RefusedWriteFields,
} from './errors.ts';
