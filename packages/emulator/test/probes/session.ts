import { setTimeout as sleep } from 'node:timers/promises';
import { Client, DatabaseError, type QueryResult } from 'pg';
import type { Answer, Step } from './recording.ts';

// Values stay what the server sent: the recording is of the wire, not of a driver's types.
const asText = { getTypeParser: () => (text: string | Buffer) => text };

/** A connection that remembers what the server said beside its answers. */
export class Session {
  readonly #client: Client;
  readonly #inDialect: (sql: string) => string;
  #said: string[] = [];

  private constructor(client: Client, inDialect: (sql: string) => string) {
    this.#client = client;
    this.#inDialect = inDialect;
    client.on('notice', ({ severity, message }) => this.#said.push(`${severity}: ${message}`));
    client.on('notification', ({ channel, payload }) => this.#said.push(`NOTIFY ${channel}: ${payload}`));
    // A probe terminates one of its own connections.
    client.on('error', ({ message }) => this.#said.push(`CONNECTION: ${message}`));
  }

  static async open(server: string, database: string, inDialect: (sql: string) => string): Promise<Session> {
    const url = new URL(server);
    url.pathname = `/${database}`;
    const session = new Session(new Client({ connectionString: url.href, types: asText }), inDialect);
    await session.#client.connect();
    return session;
  }

  async ask({ sql = '', params, pause = 0 }: Step): Promise<Answer> {
    this.#said = [];
    const answer = await this.#send(this.#inDialect(sql), params);
    if (pause > 0) await sleep(pause);
    return { ...answer, said: this.#said };
  }

  async #send(text: string, values: Step['params']): Promise<Answer> {
    try {
      const result: QueryResult | QueryResult[] = await this.#client.query({
        text,
        ...(values && { values: [...values] }),
      });
      // Several statements in one text have several results.
      const last = Array.isArray(result) ? result.at(-1) : result;
      return last && last.fields.length > 0 ? { rows: last.rows } : { done: last?.command ?? '' };
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      const { code, message, hint, detail } = error;
      return {
        error: {
          ...(code !== undefined && { code }),
          message,
          ...(hint !== undefined && { hint }),
          ...(detail !== undefined && { detail }),
        },
      };
    }
  }

  async close(): Promise<void> {
    // A terminated connection has no goodbye left to say.
    await this.#client.end().catch(() => {});
  }
}
