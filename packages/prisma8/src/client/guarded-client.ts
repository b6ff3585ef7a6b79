import type { PgStreamOptions, SqlExecutor } from '@pgstream/core';
import type { DeclaredModels } from '../contract/index.ts';
import {
  clientExecutor,
  type Client as PrismaClient,
  type Queryable,
  remember,
  transactionExecutor,
} from '../handle/index.ts';
import { GuardedCollections } from './collections.ts';

/** What a client and a transaction have in common. */
interface Session {
  readonly orm: object;
  /** From 8.0.0-rc.25 on transactions have it, too. */
  readonly transaction?: Begin;
}

type Begin = <T>(work: (tx: Transaction) => PromiseLike<T>, ...rest: readonly unknown[]) => Promise<T>;

type Transaction = Session & Queryable;

/** A client of Prisma, by shape. */
export type Client = Required<Session> & PrismaClient;

/** The client whose models are guarded, those of its transactions as well. */
export function guardedClient(client: Client, declared: DeclaredModels, options: PgStreamOptions): Client {
  const collections = new GuardedCollections(declared, options);
  const open = new Set<Queryable>();

  function guarded<S extends Session>(session: S, executor: SqlExecutor): S {
    const ours: Session = {
      orm: collections.of(session.orm, executor),
      ...(session.transaction && { transaction: beginning(session as Required<Session>) }),
    };
    const made = Object.create(session, Object.getOwnPropertyDescriptors(ours)) as S;
    remember(made, executor);
    return made;
  }

  function beginning(session: Required<Session>): Begin {
    return async (work, ...rest) =>
      await session.transaction(
        async (tx) => {
          open.add(tx);
          try {
            return await work(guarded(tx, transactionExecutor(client, tx)));
          } finally {
            open.delete(tx);
          }
        },
        ...rest,
      );
  }

  return guarded(client, clientExecutor(client, open));
}
