import type { Listener, ListeningConnection, ListenRequest } from './listener.ts';
import { untilAborted } from '../abort/index.ts';

/** postgres.js's own `sql`, by shape. */
export interface PostgresJsListening {
  listen(channel: string, heard: (payload: string) => void, onlisten?: () => void): PromiseLike<unknown>;
  notify(channel: string, payload: string): PromiseLike<unknown>;
  end(options?: { timeout?: number }): Promise<unknown>;
}

/**
 * Listens with postgres.js, each time with a `sql` of its own, which is ended with its connections: one that listens, and one
 * that is opened now and then to check that the other is alive (every `keepAliveMs` of `events()`).
 *
 * @param sql makes a `sql`; it may give a promise
 * @example
 * const listener = listenWithPostgresJs(() => postgres(connectionString, { max: 1, idle_timeout: 5 }));
 * const events = await pgstream.events({ listener });
 */
export function listenWithPostgresJs(sql: () => PostgresJsListening | Promise<PostgresJsListening>): Listener {
  return { listen: async (request) => await listen(await sql(), request) };
}

async function listen(
  sql: PostgresJsListening,
  { channels, signal, notification, lost }: ListenRequest,
): Promise<ListeningConnection> {
  const echo = new Echo(sql);
  // A listen() that failed is tried again by postgres.js for ever, unheard, and one whose connection is lost as well: what it
  // missed meanwhile it does not tell. So nothing of it is used once it has failed.
  const close = (): Promise<unknown> => sql.end({ timeout: 0 });
  const hear = async (channel: string, heard: (payload: string) => void): Promise<void> => {
    let isFirst = true;
    await sql.listen(channel, heard, () => {
      if (!isFirst) lost(new Error('Connection terminated'));
      isFirst = false;
    });
  };
  const hearAll = async (): Promise<void> => {
    for (const channel of channels) await hear(channel, (payload) => notification(channel, payload));
    await hear(echo.channel, (question) => echo.heard(question));
  };
  try {
    await untilAborted(hearAll(), signal);
    return { check: () => echo.ask(), close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The connection that listens is out of reach: whether it hears is asked by a channel that nobody else uses. */
class Echo {
  readonly channel = `pgstream_echo_${Math.random().toString(36).slice(2)}`;
  readonly #sql: PostgresJsListening;
  readonly #waiting = new Map<string, () => void>();
  #asked = 0;

  constructor(sql: PostgresJsListening) {
    this.#sql = sql;
  }

  async ask(): Promise<void> {
    const question = String((this.#asked += 1));
    const answer = new Promise<void>((resolve) => this.#waiting.set(question, resolve));
    await this.#sql.notify(this.channel, question);
    await answer;
    this.#waiting.delete(question);
  }

  heard(question: string): void {
    this.#waiting.get(question)?.();
  }
}
