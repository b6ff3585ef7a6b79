import { StreamTableReadOnlyError } from '@pgstream/core';
import { propertyOf, type StreamTableRegistry } from '../registry/index.ts';
import { explained } from './explained.ts';
import type { QueryHook, QueryHookArgs } from './hook.ts';
import { type NestedWrite, settledArguments } from './nested-writes.ts';
import { isRead } from './reads.ts';
import type { Parts } from './settled.ts';

/** The hooks of one model, as `$extends({ query })` takes them. */
export type QueryHooks = Readonly<Record<string, QueryHook | undefined>>;

/**
 * The hooks that refuse writes to stream tables: at the models that stand for them, and at those whose nested writes can
 * reach them. What the server refuses of the writes of any model is explained. Reads pass no hook: they cost what they did.
 */
export function guardHooks(registry: StreamTableRegistry, defaultSchema: string): Readonly<Record<string, QueryHooks>> {
  const refuse = ({ streamTable: { name, schema = defaultSchema }, operation }: NestedWrite): never => {
    throw new StreamTableReadOnlyError(name, operation, { schema });
  };
  const refusing = Object.fromEntries(
    Object.entries(registry).map(([model, { streamTable }]): [string, QueryHooks] => [
      propertyOf(model),
      writeHooks((hooked) =>
        streamTable
          ? refuse({ streamTable, operation: hooked.operation })
          : hooked.query(settledArguments({ registry, refuse }, model, givenTo(hooked))),
      ),
    ]),
  );
  const explaining = writeHooks((hooked) => explained(hooked.query(givenTo(hooked)), hooked.operation));
  return { ...refusing, $allModels: explaining };
}

/** The arguments as they were given; a Prisma that does not show them has its copy looked at, and goes on with that. */
function givenTo({ args, __internalParams }: QueryHookArgs): Parts {
  const given = __internalParams?.args;
  return typeof given === 'object' && given !== null ? (given as Parts) : args;
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
