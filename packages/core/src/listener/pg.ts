import type { Listener, ListeningConnection, ListenRequest } from './listener.ts';
import { untilAborted } from '../abort/index.ts';

/** A notification as a pg Client delivers it, by shape. */
export interface PgNotification {
  readonly channel: string;
  readonly payload?: string | undefined;
}

/** A pg Client that is not connected yet, by shape. */
export interface PgListeningClient {
  connect(): Promise<unknown>;
  query(text: string): Promise<unknown>;
  end(): Promise<unknown>;
  on(event: 'notification', heard: (notification: PgNotification) => void): unknown;
  on(event: 'error', lost: (error: Error) => void): unknown;
  on(event: 'end', lost: () => void): unknown;
  /** Under it is the socket, which is closed by force where the server does not answer. */
  readonly connection?: unknown;
}

/**
 * Listens with clients of pg, each of them new: of `Client`, not taken from a pool.
 *
 * The client is checked every `keepAliveMs` of `events()`. Let `connectionTimeoutMillis` be, and `keepAlive` as well.
 *
 * @param client makes a client, and does not connect it; it may give a promise, say where a password is fetched
 * @example
 * const events = await pgstream.events({ listener: listenWithPg(() => new Client({ connectionString })) });
 */
export function listenWithPg(client: () => PgListeningClient | Promise<PgListeningClient>): Listener {
  return { listen: async (request) => await listen(await client(), request) };
}

async function listen(
  client: PgListeningClient,
  { channels, signal, notification, lost }: ListenRequest,
): Promise<ListeningConnection> {
  const close = (): Promise<void> => closeSoon(client);
  // An error that nobody listens to would end the process: also one that comes while it closes.
  client.on('error', lost);
  client.on('end', () => lost(new Error('Connection terminated')));
  client.on('notification', ({ channel, payload = '' }) => notification(channel, payload));
  try {
    // Closed meanwhile, pg never settles a connect().
    await untilAborted(listenTo(client, channels), signal);
    return { check: () => client.query('SELECT 1'), close };
  } catch (error) {
    // First: that it ends is told as a loss as well, and whatever is told first counts.
    lost(error);
    await close();
    throw error;
  }
}

async function listenTo(client: PgListeningClient, channels: readonly string[]): Promise<void> {
  await client.connect();
  for (const channel of channels) await client.query(`LISTEN "${channel.replaceAll('"', '""')}"`);
}

/** How long a server has to say goodbye. */
const GOODBYE_MS = 500;

/** A goodbye that the server does not answer would be waited for until the operating system gives up, a quarter of an hour. */
async function closeSoon(client: PgListeningClient): Promise<void> {
  const force = setTimeout(() => destroy(client.connection), GOODBYE_MS);
  try {
    await client.end();
  } catch {
    // It was lost.
  } finally {
    clearTimeout(force);
  }
}

function destroy(connection: unknown): void {
  (connection as { readonly stream?: { destroy?(): void } } | undefined)?.stream?.destroy?.();
}
