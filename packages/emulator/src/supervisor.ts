// A small process between the emulator's and PostgreSQL's. Its standard input is a pipe that only the emulator's process
// holds, so it closes however that process ends, killed included; then the server is stopped, and its temporary folder
// removed. It lives in a session of its own, so that what ends the emulator's process group does not end it.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chown, mkdir, rename, rm } from 'node:fs/promises';
import type { Plan, SupervisorEvent } from './server/plan.ts';

const plan: Plan = JSON.parse(process.argv[2] ?? '');
const identity = plan.uid === undefined || plan.gid === undefined ? {} : { uid: plan.uid, gid: plan.gid };

/**
 * Patience with a server that was told to stop, before it is told more firmly. At first it waits for its clients: one
 * that is just saying goodbye would take it for a lost connection to be cut off, and with pg that ends a process.
 */
const smartShutdownMs = 500;
const fastShutdownMs = 10_000;
const immediateShutdownMs = 5_000;

let stopping = false;
let server: ChildProcess | undefined;

function stop(): void {
  if (stopping) return;
  stopping = true;
  if (server) shutDown(server);
}

process.stdin.on('end', stop).on('error', stop).resume();
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, stop);
// Nobody may be listening any more.
process.stdout.on('error', () => {});

function say(event: SupervisorEvent): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}

function start(program: string, args: readonly string[]): ChildProcess {
  return spawn(program, args, { ...identity, env: plan.env, stdio: ['ignore', 'pipe', 'pipe'], windowsHide: true });
}

/** Keeps the end of what a program says, to tell it if the program fails. */
function listen(child: ChildProcess, hear: (text: string) => void = () => {}): () => string {
  const keptCharacters = 8_000;
  let kept = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      kept = (kept + chunk.toString()).slice(-keptCharacters);
      hear(kept);
    });
  }
  child.on('error', (error) => {
    kept += error.message;
  });
  return () => kept;
}

/** Whether a program ended well; not so if a signal ended it or it could not be started. */
async function ended(child: ChildProcess): Promise<boolean> {
  try {
    const [code] = await once(child, 'close');
    return code === 0;
  } catch {
    return false;
  }
}

/** Makes the data directory aside and moves it into place: there is never half of one. */
async function initialise({ program, args }: NonNullable<Plan['initdb']>): Promise<boolean> {
  const unfinished = `${plan.data}-${randomBytes(4).toString('hex')}`;
  try {
    await mkdir(unfinished, { mode: 0o700 });
    if (identity.uid !== undefined) await chown(unfinished, identity.uid, identity.gid);
    const initdb = start(program, [...args, '--pgdata', unfinished]);
    const output = listen(initdb);
    if (!(await ended(initdb))) {
      say({ event: 'failed', doing: 'initdb', output: output() });
      return false;
    }
    // Fails if another process was faster: its directory then is what the server is started on.
    await rename(unfinished, plan.data).catch(() => {});
    return true;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function serve({ program, args }: Plan['postgres']): Promise<void> {
  server = start(program, ['-D', plan.data, ...args]);
  let ready = false;
  const output = listen(server, (text) => {
    if (ready || !text.includes('database system is ready to accept connections')) return;
    ready = true;
    say({ event: 'ready' });
  });
  await ended(server);
  if (!ready) say({ event: 'failed', doing: 'postgres', output: output() });
}

function shutDown(running: ChildProcess): void {
  if (process.platform === 'win32') {
    spawn(plan.pgCtl, ['stop', '-D', plan.data, '-m', 'fast'], { stdio: 'ignore', windowsHide: true });
    return;
  }
  const firmer = [
    ['SIGINT', smartShutdownMs],
    ['SIGQUIT', smartShutdownMs + fastShutdownMs],
    ['SIGKILL', smartShutdownMs + fastShutdownMs + immediateShutdownMs],
  ] as const;
  running.kill('SIGTERM');
  for (const [signal, afterMs] of firmer) setTimeout(() => running.kill(signal), afterMs).unref();
}

try {
  const initialised = plan.initdb === null || (await initialise(plan.initdb));
  if (initialised && !stopping) await serve(plan.postgres);
} finally {
  if (plan.remove !== null) await rm(plan.remove, { recursive: true, force: true, maxRetries: 5 });
  // Our standard input may still be open, and would keep us.
  process.exitCode = 0;
  process.stdin.destroy();
}
