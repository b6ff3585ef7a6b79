import { CliError, EXIT } from '../exit/index.ts';
import { SOCKET_FOLDERS, type Target } from './parameters.ts';

/** The server wants a password and nothing has one: it is to be asked for. */
export class PasswordNeeded extends Error {}

/** The password of a target: as it was given, or from the password file (PGPASSFILE, ~/.pgpass). */
export function givenPassword(target: Target): () => Promise<string> {
  return async () => {
    const password = target.password ?? (await passwordFromFile(target));
    if (password === undefined) throw new PasswordNeeded('The server asks for a password.');
    return password;
  };
}

async function passwordFromFile(target: Target): Promise<string | undefined> {
  const { host, port, user, dbname, passfile } = target;
  const { default: pgpass } = await import('pgpass');
  // The only way to tell it.
  if (passfile !== undefined) process.env['PGPASSFILE'] = passfile;
  const entry = {
    host: SOCKET_FOLDERS.includes(host) ? 'localhost' : host,
    port: Number(port),
    user,
    database: dbname,
  };
  return await new Promise((resolve) => {
    pgpass(entry, resolve);
  });
}

/** Asks on the terminal, which shows nothing of it. Throws where there is nobody to ask. */
export async function askForPassword({ user, host }: Target, mayAsk: boolean): Promise<string> {
  if (!mayAsk || !process.stdin.isTTY) {
    throw new CliError(
      EXIT.connection,
      'CONNECTION',
      `${host} asks for a password of ${user}, and there is none: set PGPASSWORD, or keep it in a password file (PGPASSFILE, ~/.pgpass, mode 600).`,
    );
  }
  const { isCancel, password: ask } = await import('@clack/prompts');
  // What is on standard output may go into a file.
  const answer = await ask({ message: `Password of ${user} at ${host}`, mask: '', output: process.stderr });
  if (isCancel(answer)) throw new CliError(EXIT.interrupted, 'ABORTED', 'Nothing was done.');
  return answer;
}
