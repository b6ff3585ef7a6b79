import { type DeclaredModels, invalid } from '../contract/index.ts';
import type { Client } from './guarded-client.ts';

/** Throws INVALID_ARGUMENT for what cannot be guarded, or is not wholly. */
export function checkClient(
  client: unknown,
  middleware: object,
  { storageHash }: DeclaredModels,
): asserts client is Client {
  if (!isClient(client)) {
    throw invalid(
      'extend() takes a client of Prisma 8: guard.extend(postgres<Contract>({ contractJson, url, middleware: [guard.middleware] })). Clients of Prisma 6 and 7 are for @pgstream/prisma.',
    );
  }
  if (client.contract.storage.storageHash !== storageHash) {
    throw invalid(
      'The client was made with another contract than streamTables(): give both the same contract.json, as prisma contract emit has written it last.',
    );
  }
  // Prisma shows it to classes that extend its runtime.
  const { middleware: installed } = client.runtime() as { readonly middleware?: unknown };
  if (!Array.isArray(installed) || !installed.includes(middleware)) {
    throw invalid(
      'The client was made without the middleware of this guard, and the SQL builder, raw SQL and prepared statements would go past it: postgres({ …, middleware: [guard.middleware] }).',
    );
  }
}

function isClient(value: unknown): value is Client {
  const { orm, runtime, transaction, contract, context } = (value ?? {}) as Partial<Client>;
  return (
    typeof orm === 'object' &&
    typeof runtime === 'function' &&
    typeof transaction === 'function' &&
    typeof contract?.storage === 'object' &&
    typeof context === 'object'
  );
}
