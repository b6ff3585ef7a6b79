import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Of the example. */
export const folder = join(__dirname, '..');

/** Runs a program of Node in the folder of the example, and gives what it wrote. Rejects where it fails. */
export async function node(...args: string[]): Promise<{ readonly stdout: string; readonly stderr: string }> {
  return await promisify(execFile)(process.execPath, args, { cwd: folder });
}
