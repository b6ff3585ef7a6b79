/** What Prisma does not tell generators of a schema, read from its text, of all files together. */
export interface SchemaText {
  /** Whether Prisma emulates foreign keys. */
  readonly emulatesForeignKeys: boolean;
  /** The settings of the client's generator; of the first, if there are more. */
  readonly clientSettings: Readonly<Record<string, string>>;
}

const CLIENTS: ReadonlySet<string | undefined> = new Set(['prisma-client', 'prisma-client-js']);

/**
 * Reads the text of a schema that Prisma has found to be right. The client's generator is not among the others where
 * ours is run alone, with `prisma generate --generator`.
 */
export function readSchemaText(text: string): SchemaText {
  const schema = text.replaceAll(/\/\/.*$/gm, '');
  const generators = blocksOf(schema, 'generator');
  return {
    emulatesForeignKeys: blocksOf(schema, 'datasource').some(({ relationMode }) => relationMode === 'prisma'),
    clientSettings: generators.find(({ provider }) => CLIENTS.has(provider)) ?? {},
  };
}

function blocksOf(schema: string, kind: 'generator' | 'datasource'): Record<string, string>[] {
  const blocks = schema.matchAll(new RegExp(String.raw`^\s*${kind}\s+\w+\s*\{([^}]*)\}`, 'gm'));
  return [...blocks].map(([, inside = '']) =>
    Object.fromEntries([...inside.matchAll(/^\s*(\w+)\s*=\s*"(.*)"\s*$/gm)].map(([, name, value]) => [name, value])),
  );
}
