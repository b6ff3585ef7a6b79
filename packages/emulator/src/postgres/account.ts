import { EmulatorError } from '../errors.ts';
import { run, type Account } from './run.ts';

const ourselves: Account = {};

/** PostgreSQL's own user if the system has one; nobody, whom every system has, if not. None is ever made. */
const candidates = ['postgres', 'nobody'];

/**
 * Whom PostgreSQL is to run as: it refuses to run as root, so root lends it another account.
 *
 * @throws EmulatorError when we are root and the system has no account to lend.
 */
export async function accountForPostgres(): Promise<Account> {
  if (process.getuid?.() !== 0) return ourselves;
  for (const name of candidates) {
    const [uid, gid] = await Promise.all([idOf('-u', name), idOf('-g', name)]);
    if (uid && gid) return { name, uid, gid };
  }
  throw new EmulatorError(
    `PostgreSQL refuses to run as root, and this system has none of the users ${candidates.join(', ')} to run it as. ` +
      'Run as another user, or add one: useradd --system postgres',
  );
}

async function idOf(which: '-u' | '-g', name: string): Promise<number | undefined> {
  const { succeeded, output } = await run('id', [which, name], ourselves);
  const id = Number.parseInt(output, 10);
  return succeeded && Number.isInteger(id) ? id : undefined;
}

/** Whether the account can enter a folder. Asked of the system, which alone knows all that may forbid it. */
export async function canEnter(account: Account, folder: string): Promise<boolean> {
  if (account.uid === undefined) return true;
  return (await run('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], account)).succeeded;
}
