import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { EmulatorError } from './errors.ts';
import { anyonesFolder, environment } from './postgres/index.ts';
import type { Doing, Plan, SupervisorEvent } from './server/plan.ts';

/** A PostgreSQL server, and the process that sees to it that it ends when we do. */
export interface SupervisedServer {
  /** Settles when both have ended, for whatever reason. */
  readonly ended: Promise<void>;
  /** Stops the server and waits until it is gone, with its temporary folder; that does not keep our process alive, either. */
  readonly stop: () => Promise<void>;
}

/** PostgreSQL could not be started; `output` is what it said about it. */
export class ServerFailure extends Error {
  readonly doing: Doing;
  readonly output: string;

  constructor(doing: Doing, output: string) {
    super(output);
    this.doing = doing;
    this.output = output;
  }
}

type Supervisor = ChildProcessByStdio<Writable, Readable, null>;

/**
 * Starts a server by way of a supervisor. From then on the supervisor owns it: neither is left behind when we end, and
 * neither keeps our process alive.
 *
 * @throws ServerFailure when the server does not start.
 */
export async function startSupervised(plan: Plan): Promise<SupervisedServer> {
  const supervisor = spawn(process.execPath, [supervisorFile(), JSON.stringify(plan)], {
    cwd: anyonesFolder(),
    detached: true,
    env: environment(),
    stdio: ['pipe', 'pipe', 'ignore'],
    windowsHide: true,
  });
  // Its end closes the pipe; that is no error of ours.
  supervisor.stdin.on('error', () => {});
  const lines = createInterface({ input: supervisor.stdout });
  const ended = endOf(supervisor, lines);
  await firstEvent(lines, ended);
  letProcessEnd(supervisor);
  return { ended, stop: () => stop(supervisor, ended) };
}

// In a bundle this file would look for its neighbour beside the bundle.
function supervisorFile(): string {
  return fileURLToPath(new URL('supervisor.mjs', import.meta.url));
}

/** When the server is gone; its supervisor may have something left to do. */
async function endOf(supervisor: Supervisor, lines: Interface): Promise<void> {
  const said = new Promise<void>((resolve) => {
    lines.on('line', (line) => {
      const { event }: SupervisorEvent = JSON.parse(line);
      if (event === 'ended') resolve();
    });
  });
  await Promise.race([said, once(supervisor, 'exit')]);
}

async function firstEvent(lines: Interface, ended: Promise<void>): Promise<void> {
  const line = await new Promise<string | undefined>((resolve, reject) => {
    lines.once('line', resolve).once('close', () => resolve(undefined));
    ended.catch(reject);
  });
  if (line === undefined) {
    throw new EmulatorError(
      'The process that watches over PostgreSQL ended at once. If @pgstream/emulator is part of a bundle, leave it out of it.',
    );
  }
  const event: SupervisorEvent = JSON.parse(line);
  if (event.event === 'failed') {
    await ended;
    throw new ServerFailure(event.doing, event.output);
  }
}

/** A server that runs does not keep our process alive. */
function letProcessEnd(supervisor: Supervisor): void {
  supervisor.unref();
  for (const pipe of [supervisor.stdin, supervisor.stdout]) {
    if (pipe instanceof Socket) pipe.unref();
  }
}

async function stop(supervisor: Supervisor, ended: Promise<void>): Promise<void> {
  if (supervisor.exitCode !== null || supervisor.signalCode !== null) return;
  supervisor.stdin.end();
  await ended;
}
