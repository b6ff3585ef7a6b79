import { Client, type ClientConfig } from 'pg';
import { cleanUpLater } from './clean-up.ts';
import { inItsNames, onPgTrickle } from './extension.ts';

/**
 * A connected `pg` client, which takes SQL in the names of pg_stream whatever the run's extension. It closes by itself: when the test that opened it ends, or at the end of the file if it was
 * opened in a hook. Ending it earlier is fine.
 */
export async function connect(url: string, config: ClientConfig = {}): Promise<Client> {
  const client = new Client({ application_name: 'harness', ...config, connectionString: url });
  // A connection that the test itself terminates would otherwise end the whole process; its queries still reject.
  client.on('error', () => {});
  await client.connect();
  if (onPgTrickle) speakItsNames(client);
  let ended = false;
  client.once('end', () => {
    ended = true;
  });
  cleanUpLater(async () => {
    if (!ended) await client.end();
  });
  return client;
}

/** Texts, and the texts of query objects; what a cursor or a stream sends is somebody else's. */
function speakItsNames(client: Client): void {
  const send = client.query.bind(client) as (...args: unknown[]) => unknown;
  const query = (statement: unknown, ...rest: unknown[]): unknown => {
    if (typeof statement === 'string') return send(inItsNames(statement), ...rest);
    const { text } = statement as { text?: unknown };
    const isPlain = Object.getPrototypeOf(statement) === Object.prototype && typeof text === 'string';
    return send(isPlain ? { ...(statement as object), text: inItsNames(text) } : statement, ...rest);
  };
  client.query = query as typeof client.query;
}
