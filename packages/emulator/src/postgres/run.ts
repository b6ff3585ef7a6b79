import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { parse } from 'node:path';

/** Whom PostgreSQL runs as. Without a uid: whoever we are. */
export interface Account {
  readonly name?: string;
  readonly uid?: number;
  readonly gid?: number;
}

/** How a program ended. `output` is what it wrote to both streams; why it could not be started, if so. */
export interface Ended {
  readonly succeeded: boolean;
  readonly output: string;
}

/** Runs a program to its end, as the given account. Never throws: not starting is an ending, too. */
export async function run(program: string, args: readonly string[], account: Account): Promise<Ended> {
  const child = spawn(program, args, {
    ...identity(account),
    cwd: anyonesFolder(),
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    windowsHide: true,
  });
  let output = '';
  const collect = (chunk: Buffer): void => {
    output += chunk.toString();
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  try {
    const [code] = await once(child, 'close');
    return { succeeded: code === 0, output };
  } catch (error) {
    return { succeeded: false, output: String(error) };
  }
}

/** The account, as spawn takes it. */
function identity({ uid, gid }: Account): { uid?: number; gid?: number } {
  return uid === undefined || gid === undefined ? {} : { uid, gid };
}

/** A folder that every account can enter: PostgreSQL's programs fail in one that they cannot. */
export function anyonesFolder(): string {
  return parse(process.cwd()).root;
}

const passedOn = ['PATH', 'TZ', 'TMPDIR', 'TMP', 'TEMP', 'SystemRoot', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH'];

/**
 * The little of our environment that the programs need. What is left out: secrets, which a superuser of the database could
 * read; PG* variables, which would change settings; NODE_OPTIONS, which is meant for our process alone.
 */
export function environment(): NodeJS.ProcessEnv {
  const chosen = passedOn.map((name) => [name, process.env[name]] as const).filter(([, value]) => value !== undefined);
  // Messages are read by us, and are what tests expect.
  return { ...Object.fromEntries(chosen), LC_ALL: 'C' };
}
