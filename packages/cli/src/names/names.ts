import type { QualifiedName } from '@pgstream/core';
import { CliError, EXIT } from '../exit/index.ts';

/** A word that needs no quotes here: case is kept, so capitals need none. */
const PART = /"((?:[^"]|"")+)"|([^".]+)/;
const NAME = new RegExp(`^(?:(?:${PART.source})\\.)?(?:${PART.source})$`);

/**
 * A name as it is typed: `order_totals`, `analytics.visits`, and with quotes where a dot belongs to it, `"v1.2"`. Letters
 * are taken as they are: this is no SQL, which would make them small. A name without a schema is in the default one.
 */
export function parseName(text: string, defaultSchema: string): QualifiedName {
  const [, quotedSchema, schema, quotedName, name] = NAME.exec(text) ?? [];
  const found = unquoted(quotedName) ?? name;
  if (found === undefined) {
    throw new CliError(
      EXIT.usage,
      'INVALID_NAME',
      `${JSON.stringify(text)} is not a name. Write name or schema.name; a part with a dot in it stands in double quotes, which the shell wants quoted: '"v1.2"'.`,
    );
  }
  return { schema: unquoted(quotedSchema) ?? schema ?? defaultSchema, name: found };
}

/** The same in the other direction; without the schema where that is the default one. */
export function nameText({ schema, name }: QualifiedName, defaultSchema: string): string {
  return schema === defaultSchema ? quoted(name) : `${quoted(schema)}.${quoted(name)}`;
}

function unquoted(text: string | undefined): string | undefined {
  return text?.replaceAll('""', '"');
}

function quoted(part: string): string {
  return /[".\s]|^$/.test(part) ? `"${part.replaceAll('"', '""')}"` : part;
}
