import { PgStreamError, type PgStreamErrorCode, type Row } from '@pgstream/core';
import { RawQueryAst } from '@prisma/orm-postgres/relational-core/ast';
import type { Client, Queryable } from './prisma.ts';

/** Sends core's text as it is, past Prisma's codecs, and gives the rows as the driver does. */
export async function send(
  queryable: Queryable,
  { contract: { target, storage } }: Pick<Client, 'contract'>,
  sql: string,
  params: readonly unknown[] = [],
): Promise<readonly Row[]> {
  try {
    return await queryable.query({
      sql,
      params,
      // Of a statement that counts rows: what it gives beside that, nobody decodes.
      ast: RawQueryAst.affectedCount([sql]),
      meta: { target, targetFamily: 'sql', storageHash: storage.storageHash, lane: 'raw' },
    });
  } catch (error) {
    throw refusedByMiddleware(error) ?? error;
  }
}

/** What other middleware of the client, as Prisma has it, says of statements that nobody there has written. */
function refusedByMiddleware(error: unknown): PgStreamError | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  if (typeof code !== 'string') return undefined;
  const told = (as: PgStreamErrorCode, message: string) => new PgStreamError(as, message, { cause: error });
  if (code === 'BUDGET.TIME_EXCEEDED') {
    return told(
      'TIMEOUT',
      'The statement was done, and took longer than maxLatencyMs of this client’s budgets(). Raise it, or give severities.latency the value "warn": how long a refresh takes is up to its data.',
    );
  }
  if (!/^(?:LINT|BUDGET)\./.test(code)) return undefined;
  return told(
    'INVALID_ARGUMENT',
    `A middleware of this client refused the statement (${code}): lints() and budgets() take it for SQL of yours. Give that rule the severity "warn", or call the helpers on a client without it.`,
  );
}
