import type { FromAsked, QueryResult, ToAsked } from '../protocol.ts';

const waiting = new Map<number, { resolve(result: QueryResult): void; reject(error: Error): void }>();
let last = 0;

/** Gives an answer to a query that was sent. */
export function settle(message: Exclude<ToAsked, { question: unknown }>): void {
  const asked = waiting.get(message.id);
  waiting.delete(message.id);
  if ('result' in message) asked?.resolve(message.result);
  else asked?.reject(Object.assign(new Error(message.error.message), { code: message.error.code }));
}

export function send(message: FromAsked): void {
  process.send?.(message);
}

/** Has a query run by who asks, in a transaction that cannot write. */
export function query(text: string, params: readonly unknown[] = []): Promise<QueryResult> {
  last += 1;
  const id = last;
  return new Promise((resolve, reject) => {
    waiting.set(id, { resolve, reject });
    send({ query: { id, text, params } });
  });
}
