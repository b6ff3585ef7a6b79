import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Pool, PoolClient, QueryConfig } from 'pg';
import type { Answer, FromAsked, Query, Question, ToAsked } from './protocol.ts';

/** How long a tool may take. */
const LIMIT_MS = 60_000;

/** What a tool has answered, or why it has not. */
export type Asked = Answer | { readonly failed: string };

/**
 * Asks the tool of a project what it would do to this database. It runs in a process of its own, with the project's code,
 * and has no connection: its queries are run here, one by one in a transaction that cannot write. The engine of
 * Prisma 6 and 7 alone has one of its own, and only looks.
 */
export async function ask(pool: Pool, question: Question, limitMs: number = LIMIT_MS): Promise<Asked> {
  const client = await pool.connect();
  const queries = new Queries(client);
  try {
    // Also for what might come behind a transaction that was ended somehow: the connection is not used again.
    await client.query('SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY');
    await client.query('BEGIN READ ONLY');
    // From the first query on a transaction cannot be made one that writes.
    await client.query("SELECT pg_catalog.set_config('statement_timeout', $1, true)", [String(limitMs)]);
    return await answerOf(queries, question, limitMs);
  } finally {
    await queries.end();
    client.release(true);
  }
}

function answerOf(queries: Queries, question: Question, limitMs: number): Promise<Asked> {
  const program = join(dirname(createRequire(import.meta.url).resolve('@pgstream/cli/package.json')), 'dist/asked.mjs');
  const child = fork(program, [], {
    cwd: question.folder,
    // For a connection that the project's code makes for itself.
    env: { ...process.env, PGOPTIONS: '-c default_transaction_read_only=on' },
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
    execArgv: [],
    // A group of its own, with whatever it starts.
    detached: true,
  });
  let said = '';
  child.stderr?.on('data', (data: Buffer) => (said = (said + data.toString()).slice(-2_000)));
  return new Promise<Asked>((resolve) => {
    const limit = setTimeout(() => settle({ failed: `it took longer than ${limitMs / 1000} s.` }), limitMs);
    const settle = (asked: Asked): void => {
      clearTimeout(limit);
      end(child);
      resolve(asked);
    };
    child.on('message', (message: FromAsked) => {
      if ('query' in message) queries.run(message.query, (result) => child.connected && child.send(result));
      else settle('answer' in message ? message.answer : message);
    });
    child.on('error', (error) => settle({ failed: error.message }));
    child.on('close', () => settle({ failed: `it ended without an answer. ${lastWords(said)}`.trim() }));
    child.send({ question } satisfies ToAsked);
  });
}

/** Ends a process with all that it has started, where there are groups of processes. */
function end(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    child.kill('SIGKILL');
  }
}

/** What a connection runs for another process, one query after the other. */
class Queries {
  readonly #client: PoolClient;
  #last: Promise<void> = Promise.resolve();

  constructor(client: PoolClient) {
    this.#client = client;
  }

  run(query: Query, done: (result: ToAsked) => void): void {
    const before = this.#last;
    this.#last = (async () => {
      await before;
      done(await run(this.#client, query));
    })();
  }

  /** Waits for what is being run. */
  async end(): Promise<void> {
    await this.#last;
  }
}

/** What was said at last, but for Node's own warnings. */
function lastWords(said: string): string {
  const lines = said.split('\n').filter((line) => /\w/.test(line) && !/^\((?:node:|Use `node)/.test(line));
  return lines.find((line) => /error/i.test(line)) ?? lines.at(-1) ?? '';
}

/** With parameters the protocol takes one statement only: none can end the transaction on the way. */
async function run(client: PoolClient, { id, text, params }: Query): Promise<ToAsked> {
  if (/^\s*(?:begin|start|commit|end|rollback|abort|savepoint|release|prepare)\b/i.test(text)) {
    return { id, error: { message: 'The transaction that it reads in is not its own.' } };
  }
  try {
    const { rows, rowCount, command } = await client.query<Record<string, unknown>>({
      text,
      values: [...params],
      queryMode: 'extended',
    } as QueryConfig);
    return { id, result: { rows, rowCount, command } };
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    return { id, error: { message, ...(code !== undefined && { code }) } };
  }
}
