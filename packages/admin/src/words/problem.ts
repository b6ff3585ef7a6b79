import { isPgStreamError, type PgStreamErrorCode } from '@pgstream/core';

/** What can be told of an error to whoever runs the service. */
export interface Problem {
  /** Of the answer. */
  readonly status: number;
  /** Null for what is nobody's business but the log's. */
  readonly code: PgStreamErrorCode | null;
  readonly sentence: string;
  /** What core said, which names GRANTs and the like; null where it says no more than the sentence. */
  readonly detail: string | null;
}

type Told = readonly [status: number, sentence: string];

/** The status says who can help: 409 the state of the stream table, 503 whoever manages the database. */
const TOLD: Partial<Record<PgStreamErrorCode, Told>> = {
  CAPTURE_BLOCKED: [
    409,
    'The database is paused, or was copied or restored: refreshes have to wait until that is mended.',
  ],
  CONNECTION: [503, 'The database could not be reached.'],
  EXTENSION_MISSING: [
    503,
    'The database does not have the extension that keeps stream tables. Whoever manages it runs CREATE EXTENSION pg_trickle; in this database, or looks whether the page is connected to the right one.',
  ],
  EXTENSION_REFUSED: [409, 'The extension refused, by a rule of its own.'],
  EXTERNALLY_ORCHESTRATED: [409, 'Another program has taken over its refreshes. That one has to make them.'],
  INVALID_NAME: [409, 'The extension cannot do that to a stream table of this name.'],
  NOT_FOUND: [
    404,
    'There is no stream table of that name in the database: it was dropped or renamed, or never created.',
  ],
  PERMISSION_DENIED: [503, 'This page has no right to do that. Whoever manages the database can give it.'],
  READ_ONLY_SERVER: [503, 'The database takes no changes at the moment: it is a replica, or in read-only mode.'],
  REFRESH_BUSY: [409, 'It is being refreshed already. Look again in a moment.'],
  SOURCES_BUSY: [409, 'Somebody was writing to the tables that it is made of all the while. Try again.'],
  SOURCE_CHANGED: [409, 'A table that it is made of has other columns now. It has to be created again.'],
  SOURCE_GONE: [409, 'A table that it is made of was dropped. It has to be created again.'],
  SUSPENDED: [409, 'It is suspended, or was resumed in the meantime. Look at its status.'],
  TIMEOUT: [503, 'It took too long. Somebody may be holding it, or the database is busy: try again.'],
  UNKNOWN: [500, 'The database failed with an error that is not known here.'],
};

/** An error as the page tells it. */
export function problemOf(error: unknown): Problem {
  if (isPgStreamError(error)) {
    const told = TOLD[error.code];
    if (told) return { status: told[0], code: error.code, sentence: told[1], detail: error.message };
  }
  return { status: 500, code: null, sentence: 'Something went wrong here; it was logged.', detail: null };
}
