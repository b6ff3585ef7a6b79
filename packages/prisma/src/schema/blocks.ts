import { saidBy, type Token, tokensOf } from './tokens.ts';

/** A block of a schema: a model, a view, an enum, a generator, the datasource. */
export interface Block {
  /** The word that it begins with. */
  readonly kind: string;
  readonly name: string;
  /** What has a text for a value: `provider = "postgresql"`. */
  readonly settings: Readonly<Record<string, string>>;
  /** Of a model: what is declared as `name Type …`. */
  readonly fields: readonly Field[];
  /** Of a model: `@@map("order_totals")` and others by their names, each with its text; empty where it has none. */
  readonly attributes: Readonly<Record<string, string>>;
}

/** A field of a model. */
export interface Field {
  readonly name: string;
  /** As it is written, without `?` and `[]`. */
  readonly type: string;
  readonly isList: boolean;
  /** By `@map`, or its name. */
  readonly column: string;
  /** The word of `@db.Timestamptz(6)`; undefined where there is none. */
  readonly nativeType: string | undefined;
}

/** A comment, with its slashes. */
export interface Comment {
  readonly text: string;
  /** Where it is: what is directly below it is what Prisma takes it for. */
  readonly place: 'above' | 'inside' | 'apart';
  /** What it is above of, or inside. */
  readonly block?: Block;
}

/** Whether Prisma takes a comment for the documentation of what is below it. */
export function isDocumentation({ text }: Comment): boolean {
  return text.startsWith('///') || text.startsWith('/*');
}

/** What a comment says, without its slashes. */
export function linesOf({ text }: Comment): string[] {
  const inside = text.startsWith('/*') ? text.slice('/*'.length, -'*/'.length) : text.replace(/^\/\/\/?/, '');
  return inside.split('\n').map((line) => line.trim());
}

/** What is in the text of a schema, of all its files together. */
export interface SchemaText {
  readonly blocks: readonly Block[];
  readonly comments: readonly Comment[];
}

/** Reads the text of a schema that Prisma finds to be right; what it would not accept is passed over. */
export function readSchemaText(schema: string): SchemaText {
  const blocks: Block[] = [];
  const comments: Comment[] = [];
  const tokens = tokensOf(schema);
  /** Comments since the block before, or since an empty line. */
  let above: string[] = [];
  let line: Token[] = [];
  const placeAbove = (place: Pick<Comment, 'place' | 'block'>): void => {
    comments.push(...above.map((text) => ({ text, ...place })));
    above = [];
  };
  for (const token of tokens) {
    if (token.kind === 'line') {
      if (line.length === 0) placeAbove({ place: 'apart' });
      line = [];
    } else if (token.text === '{') {
      const [kind = '', name = ''] = line.filter((each) => each.kind === 'word').map(({ text }) => text);
      const { inside, ...contents } = contentsOf(tokens);
      const block = { kind, name, ...contents };
      blocks.push(block);
      placeAbove({ place: 'above', block });
      comments.push(...inside.map((text): Comment => ({ text, place: 'inside', block })));
      line = [];
    } else {
      if (token.kind === 'comment') above.push(token.text);
      line.push(token);
    }
  }
  placeAbove({ place: 'apart' });
  return { blocks, comments };
}

type Contents = Pick<Block, 'settings' | 'fields' | 'attributes'> & { readonly inside: readonly string[] };

/** Reads on to the end of a block. */
function contentsOf(tokens: Iterator<Token>): Contents {
  const lines: Token[][] = [[]];
  const inside: string[] = [];
  for (let next = tokens.next(); !next.done && next.value.text !== '}'; next = tokens.next()) {
    const token = next.value;
    if (token.kind === 'comment') inside.push(token.text);
    else if (token.kind === 'line') lines.push([]);
    else lines.at(-1)?.push(token);
  }
  return {
    settings: Object.fromEntries(lines.flatMap(settingIn)),
    fields: lines.flatMap(fieldIn),
    attributes: Object.fromEntries(lines.flatMap(attributeIn)),
    inside,
  };
}

function settingIn([name, sign, value]: readonly Token[]): [string, string][] {
  return name && sign?.text === '=' && value?.kind === 'text' ? [[name.text, saidBy(value)]] : [];
}

function attributeIn([first, second, name, ...others]: readonly Token[]): [string, string][] {
  if (first?.text !== '@' || second?.text !== '@' || !name) return [];
  const value = others.find(({ kind }) => kind === 'text');
  return [[name.text, value ? saidBy(value) : '']];
}

function fieldIn([name, type, ...others]: readonly Token[]): Field[] {
  if (name?.kind !== 'word' || type?.kind !== 'word') return [];
  const isAttribute = (index: number, word: string): boolean =>
    others[index - 1]?.text === '@' && others[index]?.text === word;
  const map = others.findIndex((_, index) => isAttribute(index, 'map'));
  const native = others.findIndex((_, index) => isAttribute(index, 'db'));
  const column = map === -1 ? undefined : others.slice(map).find(({ kind }) => kind === 'text');
  return [
    {
      name: name.text,
      type: type.text,
      isList: others[0]?.text === '[',
      column: column ? saidBy(column) : name.text,
      nativeType: native === -1 ? undefined : others[native + 2]?.text,
    },
  ];
}
