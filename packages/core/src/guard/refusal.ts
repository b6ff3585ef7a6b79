import { StreamTableReadOnlyError } from '../errors/index.ts';
import type { QualifiedName } from '../name/index.ts';
import type { ProtectedTable } from './stream-tables.ts';

/** A refused write. */
export function refusal({ schema, name, view }: ProtectedTable, operation: string): StreamTableReadOnlyError {
  return new StreamTableReadOnlyError(name, operation, {
    schema,
    ...(view === undefined
      ? {}
      : {
          advice: `The view "${view}" would pass it on. Write to the tables that the stream table’s query reads, then refresh it.`,
        }),
  });
}

/** A refused change of the table itself. */
export function refusedDefinition({ schema, name }: QualifiedName, operation: string): StreamTableReadOnlyError {
  return new StreamTableReadOnlyError(name, operation, {
    schema,
    advice: 'Change or drop it by the extension’s own functions: alter() and drop() of @pgstream/core call them.',
  });
}

/** A refused change of the schema that it is in. */
export function refusedSchema({ schema, name }: QualifiedName, operation: string): StreamTableReadOnlyError {
  return new StreamTableReadOnlyError(name, operation, {
    schema,
    advice: `It is in the schema "${schema}". Drop the stream tables of a schema first, by the extension’s own function, which drop() of @pgstream/core calls; then drop the schema without CASCADE, or over a connection that is not guarded.`,
  });
}
