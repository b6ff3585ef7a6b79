import { Socket } from 'node:net';
import { Client } from 'pg';

/** A connection of the scheduler's. It does not keep our process alive, and ends when it is told to stop. */
export interface SchedulerConnection extends AsyncDisposable {
  readonly client: Client;
}

/** What the original's scheduler is called in pg_stat_activity; there as a backend_type, which SQL cannot have. */
const applicationName = 'pg_stream scheduler';

/** Connects; once `signal` is aborted the connection ends, in the middle of a query, too. */
export async function openConnection(url: string, signal: AbortSignal): Promise<SchedulerConnection> {
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
