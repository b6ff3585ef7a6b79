/** What the server said, or what the driver says of the connection, freed from the wrappers of drivers and ORMs. */
export interface DriverError {
  /** The server's SQLSTATE; undefined when the error did not come from a server. */
  readonly sqlState: string | undefined;
  /** Code of Node or of the driver, such as ECONNREFUSED. */
  readonly driverCode: string | undefined;
  /** The server's primary message; empty when there is none. Wrappers' messages are left out: they quote parameters. */
  readonly message: string;
  /** The server's HINT; undefined when there is none, or when the driver does not pass it on. */
  readonly hint?: string | undefined;
  /** Its DETAIL, which may hold values of rows. */
  readonly detail?: string | undefined;
}

/** Classes that exist (PostgreSQL, appendix A): EPIPE and other codes of Node have five characters, too. */
const SQLSTATE = /^(?:[0-5][0-9A-Z]|72|F0|HV|P0|XX)[0-9A-Z]{3}$/;

/** Deeper than any wrapper; ends the walk where causes form a ring. */
const MAX_DEPTH = 10;

/**
 * What is read of each link of the chain. Prisma's driver adapters keep the server's words beside their own, or, when
 * the server was not reached, a kind of failure.
 */
interface Link {
  readonly code?: unknown;
  readonly message?: unknown;
  readonly originalCode?: unknown;
  readonly originalMessage?: unknown;
  readonly kind?: unknown;
  readonly hint?: unknown;
  readonly detail?: unknown;
  readonly cause?: unknown;
  readonly meta?: { readonly driverAdapterError?: unknown } | null;
}

/**
 * Finds the server's error in a chain of causes: the outermost one with a SQLSTATE. Where there is none, the innermost
 * cause speaks, which is the driver's.
 */
export function findDriverError(error: unknown): DriverError {
  let innermost: DriverError = { sqlState: undefined, driverCode: undefined, message: '' };
  let current = error;
  for (let depth = 0; depth < MAX_DEPTH && typeof current === 'object' && current !== null; depth += 1) {
    const link: Link = current;
    const code = link.originalCode ?? link.code ?? link.kind;
    const message = link.originalMessage ?? link.message;
    const text = typeof message === 'string' ? message : '';
    if (typeof code === 'string' && SQLSTATE.test(code)) {
      return {
        sqlState: code,
        driverCode: undefined,
        message: text,
        hint: typeof link.hint === 'string' ? link.hint : undefined,
        detail: typeof link.detail === 'string' ? link.detail : undefined,
      };
    }
    innermost = {
      sqlState: undefined,
      driverCode: typeof code === 'string' ? code : innermost.driverCode,
      message: text,
    };
    current = nextOf(link);
  }
  return innermost;
}

/** Prisma keeps the cause in `meta`: the adapter's error, or, of its engine, the server's code and message. */
function nextOf({ cause, meta }: Link): unknown {
  return cause ?? meta?.driverAdapterError ?? meta;
}
