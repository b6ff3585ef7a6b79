import type { Connection, Pool, PoolClient, Submittable } from 'pg';

/** Where an output column of a query comes from unchanged: a column of a relation; null where it is computed. */
export interface Origin {
  readonly relation: number;
  readonly column: number;
}

/** The output columns of a query, or why the server would not describe it. */
export type Description =
  | { readonly columns: readonly { readonly name: string; readonly origin: Origin | null }[] }
  | { readonly error: Error };

interface Field {
  readonly name: string;
  readonly tableID: number;
  readonly columnID: number;
}

/**
 * What the server says of queries, without running or planning any: all in one round trip, as long as it takes every one
 * of them.
 */
export async function describe(pool: Pool, queries: readonly string[]): Promise<Description[]> {
  const described: Description[] = [];
  const client = await pool.connect();
  try {
    while (described.length < queries.length)
      described.push(...(await describeNext(client, queries.slice(described.length))));
    return described;
  } finally {
    client.release();
  }
}

/** Describes queries up to the first that is refused: the server skips what is behind it. */
function describeNext(client: PoolClient, queries: readonly string[]): Promise<Description[]> {
  return new Promise((resolve) => {
    client.query(new Describing(queries, resolve));
  });
}

/** Parse and Describe of the extended protocol, as pg-cursor and others send their own messages through `pg`. */
class Describing implements Submittable {
  readonly #queries: readonly string[];
  readonly #done: (described: Description[]) => void;
  readonly #described: Description[] = [];

  constructor(queries: readonly string[], done: (described: Description[]) => void) {
    this.#queries = queries;
    this.#done = done;
  }

  submit(connection: Connection): void {
    const protocol = connection as unknown as {
      parse(query: { name: string; text: string; types: never[] }): void;
      describe(what: { type: 'S'; name: string }): void;
      sync(): void;
      stream: { cork(): void; uncork(): void };
    };
    protocol.stream.cork();
    for (const text of this.#queries) {
      protocol.parse({ name: '', text, types: [] });
      protocol.describe({ type: 'S', name: '' });
    }
    protocol.sync();
    protocol.stream.uncork();
  }

  handleRowDescription({ fields }: { readonly fields: readonly Field[] }): void {
    const columns = fields.map(({ name, tableID, columnID }) => ({
      name,
      origin: tableID === 0 || columnID === 0 ? null : { relation: tableID, column: columnID },
    }));
    this.#described.push({ columns });
  }

  /** The last that is heard: `pg` tells of no end behind an error, and sends what comes next once there is one. */
  handleError(error: Error): void {
    this.#done([...this.#described, { error }]);
  }

  handleReadyForQuery(): void {
    this.#done(this.#described);
  }
}
