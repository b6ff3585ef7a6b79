/** An identifier as SQL text, whatever it holds: for the few statements that take no parameter for a name. */
export function quoteIdentifier(identifier: string): string {
  return `"${identifier.replaceAll('"', '""')}"`;
}

/** Whether SQL reads an identifier as it stands, without quotes. Words of the grammar are not thought of. */
export function isPlain(identifier: string): boolean {
  return /^[a-z_][a-z0-9_$]*$/.test(identifier);
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

/** Whether a text can name a role. GRANT and SET ROLE take `public` and `none`, quoted or not, for everybody and nobody. */
export function isRole(role: unknown): role is string {
  return typeof role === 'string' && role !== '' && !role.includes('\0') && role !== 'public' && role !== 'none';
}
