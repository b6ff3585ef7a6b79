import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { vi } from 'vitest';
import { main } from '../src/main.ts';

/** The built program. */
export const PROGRAM = join(import.meta.dirname, '../dist/cli.mjs');

/** What a run of the program left. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** How it is run. */
interface RunOptions {
  /** Variables; of those of this process only PATH and HOME are passed on. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What it reads from standard input. */
  readonly input?: string;
}

/** Runs the program, without a terminal. */
export function pgstream(args: readonly string[], { env = {}, cwd, input = '' }: RunOptions = {}): Promise<Ran> {
  const { PATH = '', HOME = '' } = process.env;
  return new Promise((resolve) => {
    const options = { env: { PATH, HOME, TZ: 'UTC', ...env }, cwd };
    const child = execFile(process.execPath, [PROGRAM, ...args], options, (error, out, err) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? -1 : 0, out, err });
    });
    child.stdin?.end(input);
  });
}

/** Runs it on a database, in this process: what a program of its own takes is most of what a command takes. */
export function runner(url: () => string): (...args: readonly string[]) => Promise<Ran> {
  return async (...args) => {
    vi.stubEnv('DATABASE_URL', url());
    for (const name of ['NO_COLOR', 'FORCE_COLOR', 'PGSERVICE']) vi.stubEnv(name, '');
    const [out, err] = [process.stdout, process.stderr].map((stream) =>
      vi.spyOn(stream, 'write').mockImplementation(() => true),
    );
    try {
      const code = await main(['node', 'pgstream', ...args]);
      return { code, out: textOf(out), err: textOf(err) };
    } finally {
      vi.unstubAllEnvs();
      for (const spy of [out, err]) spy?.mockRestore();
      // The exit code is the program's, and not this process'.
      process.exitCode = undefined;
    }
  };
}

function textOf(spy: { readonly mock: { readonly calls: readonly (readonly unknown[])[] } } | undefined): string {
  return (spy?.mock.calls ?? []).map(([text]) => String(text)).join('');
}
