import { Client } from 'pg';
import { ownName } from './own-name.ts';

/** Runs `work` on a connection of its own: nothing of ours stays open between calls. */
export async function withConnection<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, application_name: ownName });
  // The server may end while we wait: the query or the end then fails, which is enough.
  client.on('error', () => {});
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
