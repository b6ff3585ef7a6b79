import type { QualifiedName } from './name.ts';

/** An identifier as SQL text, whatever it holds: for the few statements that take no parameter for a name. */
export function quoteIdentifier(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** A name with its schema as SQL text. */
export function quoteName({ schema, name }: QualifiedName): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(name)}`;
}

/** A string as SQL text, whatever it holds and however the session reads backslashes. */
export function quoteLiteral(text: string): string {
  const quoted = `'${text.replaceAll("'", "''")}'`;
  return quoted.includes('\\') ? `E${quoted.replaceAll('\\', '\\\\')}` : quoted;
}

/** The body of a function or DO block, in a dollar quote that does not occur in it. */
export function dollarQuote(body: string): string {
  let tag = '$pgstream$';
  for (let attempt = 1; body.includes(tag); attempt += 1) tag = `$pgstream${attempt}$`;
  return `${tag}\n${body}\n${tag}`;
}
