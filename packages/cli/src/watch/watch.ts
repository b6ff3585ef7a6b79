import { setTimeout as sleep } from 'node:timers/promises';
import { openScreen } from './screen.ts';

/** What is watched, and how. */
export interface Watched {
  readonly intervalMs: number;
  /** Ends it from outside. */
  readonly signal: AbortSignal;
  /** Asks, and gives what is shown; drawn again when the terminal has another size. */
  readonly ask: () => Promise<() => string>;
  /** What is shown while the question fails. */
  readonly failed: (error: unknown, last: string | undefined) => string;
}

/** Asks and draws, again and again, until q or a signal. What fails is shown, and asked again. */
export async function watch({ intervalMs, signal, ask, failed }: Watched): Promise<void> {
  const quit = new AbortController();
  const ending = AbortSignal.any([signal, quit.signal]);
  let text: (() => string) | undefined;
  let error: { readonly is: unknown } | undefined;
  const draw = (): void => {
    if (error) screen.draw(failed(error.is, text?.()));
    else if (text) screen.draw(text());
  };
  const screen = openScreen({ onQuit: () => quit.abort(), onResize: draw });
  try {
    while (!ending.aborted) {
      // Who quits does not wait for a server that does not answer.
      const asked = await Promise.race([answerOf(ask), aborted(ending)]);
      if (asked === undefined) break;
      if ('text' in asked) text = asked.text;
      error = 'error' in asked ? { is: asked.error } : undefined;
      draw();
      await sleep(intervalMs, undefined, { signal: ending }).catch(() => {});
    }
  } finally {
    screen.close();
  }
}

function answerOf(ask: Watched['ask']): Promise<{ readonly text: () => string } | { readonly error: unknown }> {
  return ask().then(
    (text) => ({ text }),
    (error: unknown) => ({ error }),
  );
}

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
  });
}
