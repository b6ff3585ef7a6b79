import { setTimeout as sleep } from 'node:timers/promises';
import { stripVTControlCharacters } from 'node:util';
import { spawn } from '@lydell/node-pty';
import { onTestFinished } from 'vitest';
import { PROGRAM } from './run.ts';

/** The program in a real terminal, with somebody who types. */
export interface Terminal {
  readonly pid: number;
  /** All that was written to the screen so far, as it came. */
  raw(): string;
  /** The same without colours and moves of the cursor. */
  text(): string;
  /** Waits until the screen has shown that, after what was waited for before. */
  shows(pattern: RegExp): Promise<void>;
  /** Types; `\r` is the return key, `\u0003` Ctrl-C. */
  type(keys: string): void;
  resize(columns: number, rows: number): void;
  /** The exit code, once it has ended. */
  readonly ended: Promise<number>;
}

/** How the terminal is. */
interface TerminalOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly columns?: number;
  readonly rows?: number;
}

/** Starts the program in a terminal; it is killed when the test has ended. */
export function terminal(args: readonly string[], options: TerminalOptions = {}): Terminal {
  return terminalOf(process.execPath, [PROGRAM, ...args], options);
}

/** The same with another program. */
export function terminalOf(file: string, args: readonly string[], options: TerminalOptions = {}): Terminal {
  const { env = {}, cwd, columns = 100, rows = 30 } = options;
  const { PATH = '', HOME = '' } = process.env;
  const program = spawn(file, [...args], {
    cols: columns,
    rows,
    ...(cwd !== undefined && { cwd }),
    env: { PATH, HOME, TZ: 'UTC', TERM: 'xterm-256color', ...env },
  });
  let written = '';
  let seen = 0;
  let hasEnded = false;
  program.onData((data) => (written += data));
  const ended = new Promise<number>((resolve) => {
    program.onExit(({ exitCode }) => {
      hasEnded = true;
      resolve(exitCode);
    });
  });
  onTestFinished(() => {
    if (!hasEnded) program.kill('SIGKILL');
  });
  const text = (): string => stripVTControlCharacters(written);
  return {
    pid: program.pid,
    raw: () => written,
    text,
    async shows(pattern) {
      for (let waitedMs = 0; waitedMs < 20_000; waitedMs += 20) {
        const found = pattern.exec(text().slice(seen));
        if (found) {
          seen += found.index + found[0].length;
          return;
        }
        await sleep(20);
      }
      throw new Error(`The terminal never showed ${pattern}, but:\n${text().slice(seen)}`);
    },
    type: (keys) => program.write(keys),
    resize: (wide, high) => program.resize(wide, high),
    ended,
  };
}
