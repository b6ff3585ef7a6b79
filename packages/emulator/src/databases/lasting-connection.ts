import { Socket } from 'node:net';
import { Client } from 'pg';

/** A connection that works in the background: it does not keep our process alive, and ends when it is told to stop. */
export interface LastingConnection extends AsyncDisposable {
  readonly client: Client;
}

/** Connects; once `signal` is aborted the connection ends, in the middle of a query, too. */
export async function openConnection(
  url: string,
  applicationName: string,
  signal: AbortSignal,
): Promise<LastingConnection> {
  const socket = new Socket();
  const client = new Client({ connectionString: url, application_name: applicationName, stream: () => socket });
  // Its queries fail, too, and that is where it is dealt with.
  client.on('error', () => {});
  await client.connect();
  socket.unref();
  const onAbort = (): void => void client.end();
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort);
  return {
    client,
    async [Symbol.asyncDispose]() {
      signal.removeEventListener('abort', onAbort);
      await client.end();
    },
  };
}
