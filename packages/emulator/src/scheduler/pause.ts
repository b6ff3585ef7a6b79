import { setTimeout as sleep } from 'node:timers/promises';

/** Waits, at most until the signal is aborted, and without keeping our process alive. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { ref: false, signal });
  } catch {
    // Aborted: the caller looks at the signal.
  }
}
