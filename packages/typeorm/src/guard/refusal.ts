import { type QualifiedName, StreamTableReadOnlyError } from '@pgstream/core';

/** A refused write. */
export function refusal({ schema, name }: QualifiedName, operation: string): StreamTableReadOnlyError {
  return new StreamTableReadOnlyError(name, operation, { schema });
}

/** A refused change of the table itself. */
export function refusedDefinition({ schema, name }: QualifiedName, operation: string): StreamTableReadOnlyError {
  return new StreamTableReadOnlyError(name, operation, {
    schema,
    advice: 'Change or drop it by the extension’s own functions: alter() and drop() of @pgstream/core call them.',
  });
}
