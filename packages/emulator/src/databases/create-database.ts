import { randomBytes } from 'node:crypto';
import { escapeIdentifier } from 'pg';
import { EmulatorError, hasCode } from '../errors.ts';
import { takeSpare } from './spares.ts';
import { template } from './template.ts';
import { databaseUrl } from './url.ts';
import { withConnection } from './with-connection.ts';

/** What needs no quoting in a URL and fits PostgreSQL's 63 bytes. */
const acceptedName = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,62}$/;

const duplicateDatabase = '42P04';

/**
 * Makes a database with the extension and returns its URL.
 *
 * @param from the database to copy: the extension and nothing else, unless another is named
 *
 * @throws EmulatorError when the name is taken or not acceptable, or the server is gone.
 */
export async function createDatabase(
  port: number,
  name = `db_${randomBytes(6).toString('hex')}`,
  from = template,
): Promise<string> {
  if (!acceptedName.test(name)) {
    throw new EmulatorError(
      `${JSON.stringify(name)} cannot be a database's name here: use 1 to 63 letters, digits, "_", "-" and ".", ` +
        'beginning with a letter, a digit or "_".',
    );
  }
  try {
    await withConnection(databaseUrl(port, 'postgres'), async (admin) => {
      if (from === template && (await takeSpare(admin, name))) return;
      await admin.query(`CREATE DATABASE ${escapeIdentifier(name)} TEMPLATE ${from}`);
    });
  } catch (cause) {
    if (hasCode(cause, duplicateDatabase)) {
      throw new EmulatorError(
        `There is a database ${name} already. Drop it first, or give another name, or none to have one chosen.`,
        { cause },
      );
    }
    if (hasCode(cause, 'ECONNREFUSED')) {
      throw new EmulatorError('The emulator is not running any more: start another.', { cause });
    }
    throw cause;
  }
  return databaseUrl(port, name);
}
