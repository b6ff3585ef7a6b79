import { createRequire } from 'node:module';
import type cliProgress from 'cli-progress';

// Loaded with the first bar: what shows none starts without it.
const require = createRequire(import.meta.url);

/** How far something is. */
export interface Progress {
  /** @param what what is being done, say the name of a stream table */
  readonly step: (done: number, total: number, what: string) => void;
  /** Leaves nothing of it on the screen. */
  readonly end: () => void;
}

/** Says nothing. */
export const silent: Progress = { step() {}, end() {} };

/** A bar on standard error, where that is a terminal; elsewhere nothing is said. */
export function progressBar(): Progress {
  if (!process.stderr.isTTY) return silent;
  const { SingleBar } = require('cli-progress') as typeof cliProgress;
  const bar = new SingleBar({
    stream: process.stderr,
    format: '{bar} {value}/{total} {what}',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 24,
    hideCursor: true,
    clearOnComplete: true,
    // Ctrl-C is the program's.
    gracefulExit: false,
  });
  let isStarted = false;
  return {
    step(done, total, what) {
      if (isStarted) bar.update(done, { what });
      else bar.start(total, done, { what });
      isStarted = true;
    },
    end() {
      if (isStarted) bar.stop();
    },
  };
}
