import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { PROGRAM, type Ran } from './run.ts';

/** Runs a line as a shell does, which finds `pgstream`. */
export async function shell(line: string, folder: string, url: string): Promise<Ran> {
  const { PATH, HOME } = process.env;
  const child = spawn('bash', ['-c', `pgstream() { "${process.execPath}" "${PROGRAM}" "$@"; }\n${line}`], {
    cwd: folder,
    env: { PATH, HOME, DATABASE_URL: url },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, code] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    new Promise<number>((resolve) => child.once('close', (status) => resolve(status ?? -1))),
  ]);
  return { code, out, err };
}
