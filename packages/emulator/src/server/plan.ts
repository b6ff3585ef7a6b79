/** What the supervisor is told to do: the whole of it, on its command line. Nothing in it is secret. */
export interface Plan {
  readonly uid?: number;
  readonly gid?: number;
  readonly env: NodeJS.ProcessEnv;
  /** PostgreSQL's data directory. */
  readonly data: string;
  /** How to make it, if it is not there; the directory's own argument is added. */
  readonly initdb: { readonly program: string; readonly args: readonly string[] } | null;
  readonly postgres: { readonly program: string; readonly args: readonly string[] };
  /** Used to stop the server where there are no signals. */
  readonly pgCtl: string;
  /** A folder to remove at the end. */
  readonly remove: string | null;
}

/** What the supervisor says, one line of JSON each. */
export type SupervisorEvent =
  | { readonly event: 'ready' }
  | { readonly event: 'failed'; readonly doing: 'initdb' | 'postgres'; readonly output: string };
