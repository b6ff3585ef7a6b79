import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { EmulatorError, hasCode } from '../errors.ts';
import { withConnection } from './with-connection.ts';

/** What needs no quoting in a URL and fits PostgreSQL's 63 bytes. */
const acceptedName = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/;

const duplicateDatabase = '42P04';

/** The name of a database that nobody has named. */
export function randomName(): string {
  return `db_${randomBytes(6).toString('hex')}`;
}

/**
 * Has a database of that name made by `make`, which is given a superuser's connection to the server.
 *
 * @throws EmulatorError when the name is taken or not acceptable, or the server is gone.
 */
export async function newDatabase(
  serverUrl: string,
  name: string,
  make: (admin: Client) => Promise<unknown>,
): Promise<void> {
  if (!acceptedName.test(name)) {
    throw new EmulatorError(
      `${JSON.stringify(name)} cannot be a database's name here: use 1 to 63 letters, digits, "_", "-" and ".", ` +
        'beginning with a letter, a digit or "_".',
    );
  }
  try {
    await withConnection(serverUrl, make);
  } catch (cause) {
    if (hasCode(cause, duplicateDatabase)) {
      throw new EmulatorError(
        `There is a database ${name} already. Drop it first, or give another name, or none to have one chosen.`,
        { cause },
      );
    }
    if (hasCode(cause, 'ECONNREFUSED')) {
      throw new EmulatorError('The server is not running any more: start another.', { cause });
    }
    throw cause;
  }
}
