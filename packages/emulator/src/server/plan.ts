/** What the supervisor is told to do: the whole of it, on its command line. Nothing in it is secret. */
export interface Plan {
  readonly uid?: number;
  readonly gid?: number;
  readonly env: NodeJS.ProcessEnv;
  /** PostgreSQL's data directory. */
  readonly data: string;
  /** How to make it, if it is not there; the directory's own argument is added. */
  readonly initdb: { readonly program: string; readonly args: readonly string[] } | null;
  /** Or what to copy it from. */
  readonly copy: Copy | null;
  readonly postgres: { readonly program: string; readonly args: readonly string[] };
  /** Used to stop the server where there are no signals. */
  readonly pgCtl: string;
  /** A folder to remove at the end. */
  readonly remove: string | null;
}

/** Prepared data. */
export interface Copy {
  readonly from: string;
  /** How many files that has to be. */
  readonly files: number;
  /** Where a copy of them may lie ready, which only has to be moved; each server that runs from a copy puts the next there. */
  readonly ready: string;
}

/** What the supervisor may fail at. */
export type Doing = 'copy' | 'initdb' | 'postgres';

/** What the supervisor says, one line of JSON each. */
export type SupervisorEvent =
  | { readonly event: 'ready' }
  /** The server is gone, and its temporary folder with it. */
  | { readonly event: 'ended' }
  | { readonly event: 'failed'; readonly doing: Doing; readonly output: string };
