import { explainWriteError } from '@pgstream/core';
import { AsyncIterableResult } from '@prisma/orm-postgres/components/runtime';

/** What a collection sends its statements by, in a transaction or not. */
interface Runtime {
  query(plan: Plan, ...rest: readonly unknown[]): AsyncIterable<unknown>;
  execute(plan: Plan, ...rest: readonly unknown[]): Promise<unknown>;
  connection?(): Promise<Runtime>;
  transaction?(): Promise<Runtime>;
}

interface Plan {
  readonly ast: { readonly kind: string };
}

/**
 * The same, with the server's own refusals of writes told in our words: one that only the server could see to be one to a
 * stream table (in a function, a trigger), and one whose change could not be captured. Other errors pass, and reads are
 * what they were.
 */
export function explaining(runtime: object): object {
  const original = runtime as Runtime;
  const explained: Partial<Runtime> = {
    query(plan, ...rest) {
      const rows = original.query(plan, ...rest);
      return plan.ast.kind === 'select' ? rows : new AsyncIterableResult(explainedRows(rows, plan));
    },
    async execute(plan, ...rest) {
      try {
        return await original.execute(plan, ...rest);
      } catch (error) {
        throw explanationOf(error, plan);
      }
    },
  };
  for (const opened of ['connection', 'transaction'] as const) {
    if (original[opened]) explained[opened] = async () => explaining((await original[opened]?.()) ?? {}) as Runtime;
  }
  return Object.assign(Object.create(runtime) as object, explained);
}

async function* explainedRows<Row>(rows: AsyncIterable<Row>, plan: Plan): AsyncGenerator<Row, void, unknown> {
  try {
    yield* rows;
  } catch (error) {
    throw explanationOf(error, plan);
  }
}

function explanationOf(error: unknown, { ast: { kind } }: Plan): unknown {
  return explainWriteError(error, { operation: kind }) ?? error;
}
