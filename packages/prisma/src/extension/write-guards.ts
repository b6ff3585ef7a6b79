import type { Checked, NestedIn } from './nested-writes.ts';
import type { ArgsOf, Exact, Literally, ResultOf } from './operation.ts';

/**
 * The writes of a model from which nested ones can reach a stream table. They are what Prisma has, but for arguments in
 * which the compiler sees such a nested write: those of a literal, not what is merely possible by a declared type.
 */
export type WriteGuards<Registry, Model> = {
  create: () => GuardedWrite<Registry, Model, 'create'> & WriteWithoutArguments<'create'>;
  update: () => GuardedWrite<Registry, Model, 'update'>;
  upsert: () => GuardedWrite<Registry, Model, 'upsert'>;
};

/**
 * One of them; `This` is the model as the client has it, with what all extensions have made of it. An interface, for the
 * compiler to write its name into declarations, and not what it is.
 */
export interface GuardedWrite<Registry, Model, Operation extends string> {
  <This, Args extends ArgsOf<This, Operation>>(
    this: This,
    args: (Exact<Args, ArgsOf<This, Operation>> & Checked<NestedIn<Args, Registry, Model>>) | Literally<Args>,
  ): ResultOf<This, Args, Operation>;
}

/** The same for a model of which everything has a default. */
export interface WriteWithoutArguments<Operation extends string> {
  <This>(this: {} extends ArgsOf<This, Operation> ? This : never): ResultOf<This, {}, Operation>;
}
