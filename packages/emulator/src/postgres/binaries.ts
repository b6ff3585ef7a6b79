import { dirname, join } from 'node:path';
import { EmulatorError } from '../errors.ts';
import { findPlatformPackage } from './platform-package.ts';
import { hasItsLinks, isWhole, privateCopy } from './private-copy.ts';
import { run, type Account } from './run.ts';

/** PostgreSQL's programs, proved to run as the account. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly pgCtl: string;
}

/** The major version that the platform packages carry, and that data folders must be of. */
export const postgresMajor = '18';

/**
 * PostgreSQL's programs where they are installed, if they are complete and the account can reach them; if not, in a
 * private copy.
 *
 * @throws EmulatorError when there are none for this platform, or they do not run on this system.
 */
export async function findBinaries(account: Account): Promise<Binaries> {
  const found = await findPlatformPackage();
  const installed = programsIn(found.native);
  if ((await hasItsLinks(found)) && (await whyNotRun(installed, account)) === undefined) return installed;

  const copied = programsIn(await privateCopy(found, account));
  const reason = await whyNotRun(copied, account);
  if (reason === undefined) return copied;
  throw new EmulatorError(
    `The PostgreSQL of ${found.name} does not run on this system (on Linux it needs glibc; Alpine has musl): ${reason}`,
  );
}

/** Whether programs that were found at another time are all there still, with what belongs to them. */
export async function areComplete({ postgres }: Binaries): Promise<boolean> {
  const found = await findPlatformPackage();
  if (programsIn(found.native).postgres === postgres) return hasItsLinks(found);
  return isWhole(dirname(dirname(postgres)), found);
}

function programsIn(native: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const program = (name: string): string => join(native, 'bin', `${name}${suffix}`);
  return { initdb: program('initdb'), postgres: program('postgres'), pgCtl: program('pg_ctl') };
}

/** What a program says instead of its version; undefined if all say it. */
async function whyNotRun({ initdb, postgres }: Binaries, account: Account): Promise<string | undefined> {
  const answers = await Promise.all([initdb, postgres].map((program) => run(program, ['--version'], account)));
  const wrong = answers.find(
    ({ succeeded, output }) => !succeeded || !output.includes(`(PostgreSQL) ${postgresMajor}.`),
  );
  return wrong?.output.trim();
}
