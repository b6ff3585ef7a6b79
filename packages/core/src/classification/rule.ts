import type { Dialect } from '../dialect/index.ts';
import type { DriverError, PgStreamErrorCode } from '../errors/index.ts';
import type { TransactionState } from '../executor/index.ts';

/** What a call knows about itself when its statement fails. */
export interface ErrorContext {
  /** `read` for questions; else the call: `create`, `alter`, `drop`, `resume`, `refresh`, `connect`. */
  readonly operation: string;
  /** The stream table that the call is about. */
  readonly name?: { readonly schema: string; readonly name: string } | undefined;
  /** Absent while the dialect is not known yet. */
  readonly dialect?: Dialect | undefined;
  /**
   * Catalog tables, without their prefix, that a question reads besides the one of stream tables. `all` where it goes
   * through a function of the extension's, whose reading is its own affair.
   */
  readonly reads?: readonly string[] | 'all';
  /** What the executor says of its transaction: an error of one means something else where there is none. */
  readonly transaction?: TransactionState | undefined;
  /** Tried before the rules that hold for every call. */
  readonly rules?: readonly ErrorRule[];
}

/** A code and a sentence for an error, or undefined when the rule has nothing to say of it. */
export type ErrorRule = (error: DriverError, context: ErrorContext) => Verdict | undefined;

/** What a rule finds. */
export interface Verdict {
  readonly code: PgStreamErrorCode;
  readonly message: string;
}
