import { Client, type ClientConfig } from 'pg';
import { cleanUpLater } from './clean-up.ts';

/**
 * A connected `pg` client. It closes by itself: when the test that opened it ends, or at the end of the file if it was
 * opened in a hook. Ending it earlier is fine.
 */
export async function connect(url: string, config: ClientConfig = {}): Promise<Client> {
  const client = new Client({ application_name: 'harness', ...config, connectionString: url });
  // A connection that the test itself terminates would otherwise end the whole process; its queries still reject.
  client.on('error', () => {});
  await client.connect();
  let ended = false;
  client.once('end', () => {
    ended = true;
  });
  cleanUpLater(async () => {
    if (!ended) await client.end();
  });
  return client;
}
