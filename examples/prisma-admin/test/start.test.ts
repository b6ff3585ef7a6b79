import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, it, onTestFinished } from 'vitest';

it('starts by itself, answers, and stops everything when it is interrupted', { timeout: 120_000 }, async () => {
  const program = spawn(process.execPath, ['--import', 'tsx', 'src/main.ts'], {
    cwd: join(import.meta.dirname, '..'),
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  onTestFinished(() => void program.kill('SIGKILL'));
  const ended = once(program, 'exit');

  let said = '';
  for await (const line of createInterface(program.stdout)) {
    said += `${line}\n`;
    if (line.startsWith('Ctrl-C')) break;
  }
  const url = /http:\/\/\S+:\d+/.exec(said)?.[0];
  const port = Number(/postgres:\/\/\S+:(\d+)/.exec(said)?.[1]);
  const response = await fetch(`${url}/origin-delays`);
  expect(await response.text()).toContain('59 airports');
  expect(await answers(port)).toBe(true);

  program.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
  expect(await answers(port)).toBe(false);
});

/** Whether anything accepts a connection there. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
      .once('connect', () => {
        socket.destroy();
        resolve(true);
      })
      .once('error', () => resolve(false));
  });
}
