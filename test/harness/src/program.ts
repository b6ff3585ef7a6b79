import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { cleanUpLater } from './clean-up.ts';

/** An example that runs, as the command that its README gives would run it. */
export interface RunningProgram {
  /** Where it said that it listens. */
  readonly url: string;
  /** Of its PostgreSQL. */
  readonly databasePort: number;
  /** As Ctrl-C does; the exit code and the signal that ended it. */
  interrupt(): Promise<unknown[]>;
}

/** Starts a program of Node that serves until Ctrl-C, on a free port, and waits until it says so. */
export async function startProgram(folder: string, ...args: string[]): Promise<RunningProgram> {
  const program = spawn(process.execPath, args, {
    cwd: folder,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  cleanUpLater(async () => void program.kill('SIGKILL'));
  const ended = once(program, 'exit');

  let said = '';
  for await (const line of createInterface(program.stdout)) {
    said += `${line}\n`;
    if (line.startsWith('Ctrl-C')) break;
  }
  return {
    url: /http:\/\/\S+:\d+/.exec(said)?.[0] ?? '',
    databasePort: Number(/postgres:\/\/\S+:(\d+)/.exec(said)?.[1]),
    interrupt() {
      program.kill('SIGINT');
      return ended;
    },
  };
}

/** Whether anything accepts a connection there. */
export function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
      .once('connect', () => {
        socket.destroy();
        resolve(true);
      })
      .once('error', () => resolve(false));
  });
}
