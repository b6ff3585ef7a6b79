export { checkCreatable } from './creatable.ts';
export { functionArgument, resolveName, type QualifiedName, type StreamTableName } from './name.ts';
export { dollarQuote, quoteIdentifier, quoteLiteral, quoteName } from './quoting.ts';
