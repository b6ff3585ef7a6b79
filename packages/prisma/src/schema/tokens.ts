/** A piece of the text of a schema; white space is none, but for the ends of lines. */
export interface Token {
  readonly kind: keyof typeof TOKENS;
  readonly text: string;
}

/** The lexical grammar of schema.prisma. A comment within a text is none, and a quote within a comment begins no text. */
const TOKENS = {
  comment: String.raw`\/\/[^\n]*|\/\*[^]*?\*\/`,
  text: String.raw`"(?:[^"\\\n]|\\.)*"`,
  word: String.raw`[\p{L}\p{N}_-]+`,
  line: String.raw`\n`,
  sign: String.raw`\S`,
};

const TOKEN = new RegExp(
  Object.entries(TOKENS)
    .map(([kind, pattern]) => `(?<${kind}>${pattern})`)
    .join('|'),
  'gu',
);

export function* tokensOf(schema: string): Generator<Token> {
  for (const { 0: text, groups = {} } of schema.matchAll(TOKEN)) {
    const kind = (Object.keys(TOKENS) as (keyof typeof TOKENS)[]).find((name) => groups[name] !== undefined);
    if (kind) yield { kind, text };
  }
}

/** What a text in quotes says: as JSON, in which a tab could not be written as such. */
export function saidBy({ text }: Token): string {
  return JSON.parse(text.replaceAll('\t', String.raw`\t`)) as string;
}
