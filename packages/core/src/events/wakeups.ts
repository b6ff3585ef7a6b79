import type { StreamTableName } from '../name/index.ts';

/**
 * What tells that a stream table may have changed, so that who waits for it asks the server sooner than he would by himself.
 * What `pgstream.events()` gives is one.
 */
export interface Wakeups {
  /**
   * Calls `wake` whenever the stream table may have been refreshed (with or without new data), suspended or resumed, and
   * whenever nobody can know (a lost connection is back, a message could not be read). It may call it for nothing. It does not
   * call it for a refresh that somebody calls, of which pg_stream tells nobody (contract A.7): go on polling, slowly.
   *
   * @param table null for all of them
   * @returns ends it: afterwards `wake` is not called any more
   */
  onWakeup(table: StreamTableName | null, wake: () => void): () => void;
}
