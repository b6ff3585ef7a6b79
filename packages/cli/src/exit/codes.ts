import type { PgStreamErrorCode } from '@pgstream/core';

/** What the process ends with: the same number means the same in every command. */
export const EXIT = {
  done: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  staleWarning: 4,
  stale: 5,
  timeout: 6,
  connection: 7,
  refused: 8,
  drift: 9,
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** What each code of core's errors ends the process with. */
const BY_CODE: Readonly<Partial<Record<PgStreamErrorCode, ExitCode>>> = {
  EXTENSION_MISSING: EXIT.notFound,
  NOT_FOUND: EXIT.notFound,
  SOURCE_GONE: EXIT.notFound,
  INVALID_NAME: EXIT.usage,
  INVALID_ARGUMENT: EXIT.usage,
  INVALID_SCHEDULE: EXIT.usage,
  TIMEOUT: EXIT.timeout,
  ABORTED: EXIT.interrupted,
  CONNECTION: EXIT.connection,
  UNKNOWN: EXIT.failed,
};

/** What is not named is a refusal: by the extension, by the server's rights, or because somebody else is at work. */
export function exitCodeOf(code: PgStreamErrorCode): ExitCode {
  return BY_CODE[code] ?? EXIT.refused;
}

/** What a verdict on the whole ends it with. */
export const BY_VERDICT = { ok: EXIT.done, warn: EXIT.staleWarning, error: EXIT.stale } as const;
