/**
 * What went wrong, as a word that does not change between releases.
 *
 * | code | means |
 * |---|---|
 * | `EXTENSION_MISSING` | the database has neither pg_stream nor pg_trickle |
 * | `NOT_FOUND` | no stream table of that name is in the catalog |
 * | `ALREADY_EXISTS` | a stream table or another relation has that name |
 * | `REFRESH_BUSY` | another refresh of the same stream table is running |
 * | `SOURCES_BUSY` | somebody is writing to a source of the stream table |
 * | `UNSAFE_ISOLATION` | the transaction's snapshot is too old to refresh safely |
 * | `SUSPENDED` | the stream table is suspended, or not suspended when it has to be |
 * | `SOURCE_GONE` | a table that the defining query reads was dropped |
 * | `SOURCE_CHANGED` | a table that the defining query reads has other columns now |
 * | `SOURCE_DDL_BLOCKED` | the extension lets nobody change the columns of a table that a stream table reads |
 * | `CAPTURE_BLOCKED` | the database is paused, or was copied or restored: its captured changes cannot be relied on |
 * | `EXTERNALLY_ORCHESTRATED` | another program has taken over the refreshes of the stream table |
 * | `EXTENSION_REFUSED` | the extension refused by a rule of its own, whose name is in the message |
 * | `INVALID_NAME` | the name cannot be used, or not for this |
 * | `INVALID_ARGUMENT` | another argument cannot be used |
 * | `INVALID_SCHEDULE` | the schedule or duration cannot be used |
 * | `UNSUPPORTED_QUERY` | the defining query is refused |
 * | `CYCLE` | the stream table would depend on itself |
 * | `PERMISSION_DENIED` | the role lacks a privilege, which the message names |
 * | `READ_ONLY` | a write to a stream table was refused, before it was sent or by the extension |
 * | `READ_ONLY_SERVER` | the server or the transaction accepts no writes |
 * | `TIMEOUT` | the time allowed was over |
 * | `ABORTED` | the caller's AbortSignal ended the wait |
 * | `CONNECTION` | the server could not be reached, or went away |
 * | `UNKNOWN` | anything else; `cause` has it |
 */
export type PgStreamErrorCode =
  | 'EXTENSION_MISSING'
  | 'NOT_FOUND'
  | 'ALREADY_EXISTS'
  | 'REFRESH_BUSY'
  | 'SOURCES_BUSY'
  | 'UNSAFE_ISOLATION'
  | 'SUSPENDED'
  | 'SOURCE_GONE'
  | 'SOURCE_CHANGED'
  | 'SOURCE_DDL_BLOCKED'
  | 'CAPTURE_BLOCKED'
  | 'EXTERNALLY_ORCHESTRATED'
  | 'EXTENSION_REFUSED'
  | 'INVALID_NAME'
  | 'INVALID_ARGUMENT'
  | 'INVALID_SCHEDULE'
  | 'UNSUPPORTED_QUERY'
  | 'CYCLE'
  | 'PERMISSION_DENIED'
  | 'READ_ONLY'
  | 'READ_ONLY_SERVER'
  | 'TIMEOUT'
  | 'ABORTED'
  | 'CONNECTION'
  | 'UNKNOWN';
