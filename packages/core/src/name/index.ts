export { checkCreatable } from './creatable.ts';
export {
  functionArgument,
  nameText,
  quoteName,
  resolveName,
  type QualifiedName,
  type StreamTableName,
} from './name.ts';
export { dollarQuote, isPlain, isRole, quoteIdentifier, quoteLiteral } from './quoting.ts';
