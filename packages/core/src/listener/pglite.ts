import type { Listener } from './listener.ts';

/** A PGlite, by shape. */
export interface PGliteListening {
  listen(channel: string, heard: (payload: string) => void): Promise<(...args: never[]) => Promise<void>>;
  query(text: string): Promise<unknown>;
}

/**
 * Listens in a PGlite: it hears what its own statements notify. (With `PGliteWorker`, and with PGlite's live queries beside it,
 * as well.) It is not closed with the events.
 *
 * @example
 * const events = await pgstream.events({ listener: listenWithPGlite(await PGlite.create()) });
 */
export function listenWithPGlite(pglite: PGliteListening): Listener {
  return {
    async listen({ channels, notification }) {
      const ends: (() => Promise<void>)[] = [];
      const close = async (): Promise<void> => {
        await Promise.allSettled(ends.splice(0).map((end) => end()));
      };
      try {
        for (const channel of channels)
          ends.push(await pglite.listen(channel, (payload) => notification(channel, payload)));
      } catch (error) {
        await close();
        throw error;
      }
      return { check: () => pglite.query('SELECT 1'), close };
    },
  };
}
