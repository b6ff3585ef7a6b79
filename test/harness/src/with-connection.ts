import { Client } from 'pg';

/** Runs `work` on a connection of its own: for the harness's statements, outside of any test's life. */
export async function withConnection<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ application_name: 'harness', connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
