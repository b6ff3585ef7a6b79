import { STATUS_CODES } from 'node:http';
import { type ArgumentsHost, Catch, type ExceptionFilter, HttpException, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { isPgStreamError, type PgStreamErrorCode } from '@pgstream/typeorm';

/** Errors of stream tables that a client can do something about. Of the others it learns only that there was one. */
const STATUSES: Partial<Record<PgStreamErrorCode, { readonly status: number; readonly retryAfterSeconds?: number }>> = {
  NOT_FOUND: { status: 404 },
  SUSPENDED: { status: 409 },
  REFRESH_BUSY: { status: 503, retryAfterSeconds: 1 },
  SOURCES_BUSY: { status: 503, retryAfterSeconds: 2 },
  TIMEOUT: { status: 503, retryAfterSeconds: 5 },
};

interface Problem {
  readonly status: number;
  readonly detail: string;
  readonly code?: PgStreamErrorCode;
}

/** Answers with an error in the form of RFC 9457. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  constructor(private readonly adapterHost: HttpAdapterHost) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const { httpAdapter } = this.adapterHost;
    const response: unknown = host.switchToHttp().getResponse();
    const { status, ...problem } = this.problemOf(error);
    const retryAfterSeconds = isPgStreamError(error) ? STATUSES[error.code]?.retryAfterSeconds : undefined;
    if (retryAfterSeconds !== undefined) httpAdapter.setHeader(response, 'Retry-After', String(retryAfterSeconds));
    httpAdapter.setHeader(response, 'Content-Type', 'application/problem+json');
    // As text: of an object the adapter would make plain application/json.
    httpAdapter.reply(response, JSON.stringify({ status, title: STATUS_CODES[status], ...problem }), status);
  }

  private problemOf(error: unknown): Problem {
    if (error instanceof HttpException) return { status: error.getStatus(), detail: detailOf(error) };
    if (isPgStreamError(error)) {
      const known = STATUSES[error.code];
      if (known) return { status: known.status, detail: error.message, code: error.code };
    }
    this.logger.error(error);
    return { status: 500, detail: 'Something went wrong here; it was logged.' };
  }
}

/** Of a validation, everything that is wrong. */
function detailOf(error: HttpException): string {
  const said = error.getResponse();
  const message: unknown = typeof said === 'object' && 'message' in said ? said.message : said;
  return Array.isArray(message) ? message.join('; ') : String(message);
}
