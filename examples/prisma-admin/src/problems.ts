import { isPgStreamError, type PgStreamErrorCode } from '@pgstream/core';

/**
 * What somebody who runs the service, and did not write it, can make of an error. What the server said of it is for the
 * log.
 */
const SENTENCES: Partial<Record<PgStreamErrorCode, string>> = {
  CONNECTION: 'The database could not be reached.',
  EXTENSION_MISSING: 'The database does not have the extension that keeps stream tables.',
  NOT_FOUND: 'It is not in the database any more: somebody has dropped or renamed it.',
  PERMISSION_DENIED: 'This page has no right to do that. Whoever manages the database can give it.',
  READ_ONLY_SERVER: 'The database takes no changes at the moment.',
  REFRESH_BUSY: 'It is being refreshed already. Look again in a moment.',
  SOURCES_BUSY: 'Somebody was writing to the tables that it is made of all the while. Try again.',
  SOURCE_CHANGED: 'A table that it is made of has other columns now. It has to be created again.',
  SOURCE_GONE: 'A table that it is made of was dropped. It has to be created again.',
  SUSPENDED: 'It is suspended, or was resumed in the meantime. Look at its status.',
  TIMEOUT: 'It took too long. Somebody may be reading it, or holding it: try again.',
};

/** An error that an operator hears of: its code, for an address, and its sentence. */
export interface Problem {
  readonly code: PgStreamErrorCode;
  readonly sentence: string;
}

/** What the page can say of an error; undefined for those of which nobody but the log should hear. */
export function problemOf(error: unknown): Problem | undefined {
  return isPgStreamError(error) ? problemOfCode(error.code) : undefined;
}

/** The same of its code, which may be anything that somebody has put into an address. */
export function problemOfCode(code: string): Problem | undefined {
  const sentence = Object.hasOwn(SENTENCES, code) ? SENTENCES[code as PgStreamErrorCode] : undefined;
  return sentence === undefined ? undefined : { code: code as PgStreamErrorCode, sentence };
}
