/** A client as JavaScript has it: every operation of every model, and nothing that the types refuse. */
export type Loose = Readonly<Record<string, Readonly<Record<string, Call>>>> & {
  $transaction<T>(work: ((tx: Loose) => Promise<T>) | readonly PromiseLike<unknown>[]): Promise<T>;
};

type Call = (args?: Readonly<Record<string, unknown>>) => Promise<unknown>;

/** Past the types of a client. */
export function loose(client: object): Loose {
  return client as Loose;
}
