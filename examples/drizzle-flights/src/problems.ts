import { STATUS_CODES } from 'node:http';
import { isPgStreamError, type PgStreamErrorCode } from '@pgstream/core';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';

/** Errors of stream tables that a client can do something about. Of the others it learns only that there was one. */
const STATUSES: Partial<Record<PgStreamErrorCode, { status: ContentfulStatusCode; retryAfterSeconds?: number }>> = {
  NOT_FOUND: { status: 404 },
  SUSPENDED: { status: 409 },
  REFRESH_BUSY: { status: 503, retryAfterSeconds: 1 },
  SOURCES_BUSY: { status: 503, retryAfterSeconds: 2 },
  TIMEOUT: { status: 503, retryAfterSeconds: 5 },
};

/** An error as a response, in the form of RFC 9457. */
export function problemOf(error: Error, c: Context): Response {
  if (error instanceof HTTPException) return problem(c, error.status, error.message);
  if (isPgStreamError(error)) {
    const known = STATUSES[error.code];
    if (known) {
      if (known.retryAfterSeconds) c.header('Retry-After', String(known.retryAfterSeconds));
      return problem(c, known.status, error.message, { code: error.code });
    }
  }
  console.error(error);
  return problem(c, 500, 'Something went wrong here; it was logged.');
}

export function notFound(c: Context, detail = `There is nothing at ${c.req.method} ${c.req.path}.`): Response {
  return problem(c, 404, detail);
}

export function unprocessable(c: Context, detail: string): Response {
  return problem(c, 422, detail);
}

export function unsupportedMediaType(c: Context): Response {
  return problem(c, 415, 'Send JSON, and say so: Content-Type: application/json.');
}

/** For validators: says where, and what was expected. */
export function invalid(
  result: { success: boolean; error?: { issues: readonly { path: PropertyKey[]; message: string }[] } },
  c: Context,
): Response | undefined {
  if (result.success) return undefined;
  const errors = result.error?.issues.map(({ path, message }) => `${path.join('.') || 'body'}: ${message}`);
  return problem(c, 400, errors?.join('; ') ?? 'The request is not valid.');
}

function problem(c: Context, status: ContentfulStatusCode, detail: string, more: { code?: string } = {}): Response {
  return c.json({ status, title: STATUS_CODES[status], detail, ...more }, status, {
    'Content-Type': 'application/problem+json',
  });
}
