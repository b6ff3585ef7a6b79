import { PgStreamError, type PgStream, type RefreshOptions, type StreamTableName } from '@pgstream/core';

/** What is mounted, and who may press its buttons. */
export interface AdminOptions {
  /** The stream tables of one database: `createPgStream(…)`, over any driver or ORM. */
  readonly pgstream: PgStream;
  /**
   * The path at which the pages are mounted, as browsers ask for it, say `/admin`. Default: the whole site. All links begin with
   * it, whatever a framework strips from a path.
   */
  readonly basePath?: string | undefined;
  /** What the pages are called, at the top of each. Default: `Stream tables`. */
  readonly title?: string | undefined;
  /**
   * Whether whoever has sent the request may refresh, suspend and resume. Asked for each page, which has buttons if the answer is
   * true, and once more when one is pressed. `from` is what was handed to `fetch` besides the request: the IncomingMessage of
   * Node's handlers (Express' `req`, with what your middleware has put there), or what you give, say Hono's context.
   * Default: nobody may, and there are no buttons.
   *
   * It is no login: who may look at the pages is for what stands before them.
   */
  readonly canAct?: ((request: Request, from: unknown) => boolean | PromiseLike<boolean>) | undefined;
  /**
   * Where browsers find the pages, say `https://ops.example.com`. With it a button works only from a page of exactly there.
   * Needed where a proxy changes the Host and the pages come by plain http; good wherever it is known.
   */
  readonly origin?: string | undefined;
  /** How the button refreshes. Default: `{ ifBusy: 'wait', timeoutMs: 30_000 }`. */
  readonly refresh?: RefreshOptions | undefined;
  /** The stream tables that have to be there: one that is not is listed as missing. */
  readonly expected?: readonly StreamTableName[] | undefined;
  /**
   * Hears of every error that a page tells of, with its cause, but for names that are not there. Default: `console.error`, without the request.
   * What it throws is dropped.
   */
  readonly onError?: ((error: unknown, request: Request) => void) | undefined;
}

/** A base path without the slash at its end. Throws INVALID_ARGUMENT for what is none. */
export function checkedBasePath(basePath: unknown): string {
  const isPath = typeof basePath === 'string' && /^(?:\/[\w.~!$&'()*+,;=:@%-]+)*\/?$/.test(basePath);
  if (!isPath || basePath.split('/').some((part) => /^\.+$/.test(part))) {
    throw new PgStreamError(
      'INVALID_ARGUMENT',
      "basePath must be a path that begins with a slash, as it stands in the address of a browser: '/admin', or '' for the whole site.",
    );
  }
  return basePath.replace(/\/$/, '');
}

/** An origin, as browsers send it. Throws INVALID_ARGUMENT for what is none. */
export function checkedOrigin(origin: string | undefined): string | undefined {
  if (origin === undefined) return undefined;
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url?.origin === origin.replace(/\/$/, '') && url.origin !== 'null') return url.origin;
  throw new PgStreamError(
    'INVALID_ARGUMENT',
    "origin must be a scheme and a host, with a port if it has one, and no path: 'https://ops.example.com'.",
  );
}
