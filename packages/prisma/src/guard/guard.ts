import { StreamTableReadOnlyError } from '@pgstream/core';
import { propertyOf, type StreamTableRegistry } from '../registry/index.ts';
import { DATA_OF_OPERATION, findNestedWrite } from './nested-writes.ts';
import { isRead } from './reads.ts';

/** What Prisma hands to a query hook, as far as it is used. */
interface QueryHookArgs {
  readonly operation: string;
  readonly args: Readonly<Record<string, unknown>>;
  readonly query: (args: unknown) => unknown;
}

/** Throws, or goes on with the query. Not `async`: what it throws is a rejection to Prisma, in batches, too. */
type QueryHook = (hooked: QueryHookArgs) => unknown;

/** The hooks of one model, as `$extends({ query })` takes them. */
export type QueryHooks = Readonly<Record<string, QueryHook | undefined>>;

/**
 * The hooks that refuse writes to stream tables: at the models that stand for them, and at those whose nested writes can
 * reach them. Other models have none, and reads pass no hook: those cost what they did.
 */
export function guardHooks(registry: StreamTableRegistry, defaultSchema: string): Readonly<Record<string, QueryHooks>> {
  return Object.fromEntries(
    Object.entries(registry).map(([model, { streamTable }]): [string, QueryHooks] => [
      propertyOf(model),
      writeHooks(({ operation, args, query }) => {
        const refused = streamTable ? { streamTable, operation } : nestedIn(registry, model, args);
        if (!refused) return query(args);
        const { name, schema = defaultSchema } = refused.streamTable;
        throw new StreamTableReadOnlyError(name, refused.operation, { schema });
      }),
    ]),
  );
}

/** One hook for every operation but the reads: also for operations that Prisma does not have yet. */
function writeHooks(hook: QueryHook): QueryHooks {
  return new Proxy<QueryHooks>(
    {},
    // Prisma asks for an operation by its name, and for $allOperations, which the reads would pass through.
    { get: (_hooks, operation) => (isWrite(operation) ? hook : undefined) },
  );
}

function isWrite(operation: string | symbol): boolean {
  return typeof operation === 'string' && !operation.startsWith('$') && !isRead(operation);
}

function nestedIn(registry: StreamTableRegistry, model: string, args: Readonly<Record<string, unknown>>) {
  for (const part of DATA_OF_OPERATION) {
    const found = findNestedWrite(registry, model, args[part]);
    if (found) return found;
  }
  return undefined;
}
