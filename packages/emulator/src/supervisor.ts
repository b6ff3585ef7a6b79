// A small process between the emulator's and PostgreSQL's. Its standard input is a pipe that only the emulator's process
// holds, so it closes however that process ends, killed included; then the server is stopped, and its temporary folder
// removed. It lives in a session of its own, so that what ends the emulator's process group does not end it.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chownSync,
  constants,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { chown, mkdir, rename, rm } from 'node:fs/promises';
import { uptime } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import type { Copy, Plan, SupervisorEvent } from './server/plan.ts';

const plan: Plan = JSON.parse(process.argv[2] ?? '');
const identity = plan.uid === undefined || plan.gid === undefined ? {} : { uid: plan.uid, gid: plan.gid };

/**
 * Patience with a server that was told to stop, before it is told more firmly. At first it waits for its clients: one
 * that is just saying goodbye would take it for a lost connection to be cut off, and with pg that ends a process.
 */
const smartShutdownMs = 500;
const fastShutdownMs = 10_000;
const immediateShutdownMs = 5_000;

/** How long a copy may lie ready: system services remove old files from folders for temporary ones, one by one. */
const readyForMs = 24 * 3_600_000;

/** Who starts a server has better things to do at first than to share the machine with copying. */
const leaveReadyAfterMs = 3_000;

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

/** Puts prepared data in place: the copy that lies ready or, where there is none, one that is made now. */
async function takePrepared(copy: Copy): Promise<boolean> {
  try {
    if (isFresh(copy.ready)) {
      // Fails if another process is faster, or on another file system.
      renameSync(copy.ready, plan.data);
      return true;
    }
  } catch {
    // The next best thing.
  }
  try {
    if ((await copyFolder(copy.from, plan.data)) === copy.files) return true;
    say({ event: 'failed', doing: 'copy', output: `${copy.from} has lost files` });
  } catch (error) {
    say({ event: 'failed', doing: 'copy', output: String(error) });
  }
  return false;
}

/** Not so a copy that was made before the machine was started, as it may never have reached the disk, nor an old one. */
function isFresh(ready: string): boolean {
  const ageMs = Date.now() - statSync(ready).mtimeMs;
  if (ageMs < Math.min(uptime() * 1000, readyForMs)) return true;
  rmSync(ready, { recursive: true, force: true });
  return false;
}

/** How long a copy may take. */
const copyingMs = 600_000;

/** Removes what supervisors have left that were killed while they copied. */
function removeAbandoned(ready: string): void {
  for (const name of readdirSync(dirname(ready))) {
    const path = join(dirname(ready), name);
    if (!name.startsWith(`${basename(ready)}-`) || Date.now() - statSync(path).mtimeMs < copyingMs) continue;
    rmSync(path, { recursive: true, force: true });
  }
}

/** Makes the copy that the next server takes, unless one is there. */
async function leaveReady({ from, files, ready }: Copy): Promise<void> {
  if (existsSync(ready)) return;
  const unfinished = `${ready}-${randomBytes(4).toString('hex')}`;
  try {
    removeAbandoned(ready);
    // Fails if another process was faster.
    if ((await copyFolder(from, unfinished)) === files) renameSync(unfinished, ready);
  } catch {
    // There will be none.
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** One file after the other is the quickest way; between folders there is time for what else has to be done. */
async function copyFolder(from: string, to: string): Promise<number> {
  await nextTurn();
  mkdirSync(to, { mode: 0o700 });
  let files = 0;
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isDirectory()) {
      files += await copyFolder(source, target);
    } else {
      // By reference, where the file system can.
      copyFileSync(source, target, constants.COPYFILE_FICLONE);
      giveAway(target);
      files += 1;
    }
  }
  giveAway(to);
  return files;
}

function giveAway(path: string): void {
  if (plan.uid !== undefined && plan.gid !== undefined) chownSync(path, plan.uid, plan.gid);
}

/** Makes PostgreSQL's data, if they are not there. */
function makeData(): boolean | Promise<boolean> {
  if (plan.copy !== null) return takePrepared(plan.copy);
  return plan.initdb === null || initialise(plan.initdb);
}

let leaving: Promise<void> | undefined;

function leaveReadyOnce(): Promise<void> {
  return (leaving ??= plan.copy === null ? Promise.resolve() : leaveReady(plan.copy));
}

async function serve({ program, args }: Plan['postgres']): Promise<void> {
  server = start(program, ['-D', plan.data, ...args]);
  let ready = false;
  const output = listen(server, (text) => {
    if (ready || !text.includes('database system is ready to accept connections')) return;
    ready = true;
    say({ event: 'ready' });
    void sleep(leaveReadyAfterMs, undefined, { ref: false }).then(leaveReadyOnce);
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
  if ((await makeData()) && !stopping) await serve(plan.postgres);
} finally {
  if (plan.remove !== null) await rm(plan.remove, { recursive: true, force: true, maxRetries: 5 });
  say({ event: 'ended' });
  await leaveReadyOnce();
  // Our standard input may still be open, and would keep us.
  process.exitCode = 0;
  process.stdin.destroy();
}
