import { isPgStreamError, type PgStreamErrorCode } from '@pgstream/core';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** Errors of stream tables that an operator can do something about. */
const STATUSES: Partial<Record<PgStreamErrorCode, ContentfulStatusCode>> = {
  NOT_FOUND: 404,
  PERMISSION_DENIED: 403,
  REFRESH_BUSY: 503,
  SOURCES_BUSY: 503,
  SUSPENDED: 409,
  SOURCE_CHANGED: 409,
  SOURCE_GONE: 409,
  TIMEOUT: 503,
};

export interface Problem {
  readonly status: ContentfulStatusCode;
  /** A sentence for the page. It is text of the server's, too: pages escape it. */
  readonly sentence: string;
}

/** What the page can say of an error; undefined for those of which nobody but the log should hear. */
export function problemOf(error: unknown): Problem | undefined {
  if (!isPgStreamError(error)) return undefined;
  const status = STATUSES[error.code];
  return status && { status, sentence: error.message };
}
