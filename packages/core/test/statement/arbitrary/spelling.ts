import fc from 'fast-check';

/**
 * A piece of a statement: a keyword or something else to be written in any case, a name to be written in any way that
 * means it, or a text that stays as it is.
 */
export type Token = { readonly word: string } | { readonly name: string } | { readonly text: string };

/** Words and punctuation, parted by spaces, as tokens. */
export const words = (text: string): Token[] =>
  text.split(' ').map((piece) => (/^[a-z]+$/i.test(piece) ? { word: piece } : { text: piece }));

/** What would be noticed if it were read where it must not be. */
const MISLEADING = [
  ['; DELETE FROM order_totals', 'UPDATE order_totals SET total = 1', 'WITH a AS (DELETE FROM orders) SELECT 1'],
  [
    'INSERT INTO',
    'TRUNCATE orders;',
    ')',
    '(',
    ';',
    'a',
    ' ',
    '\\',
    '$',
    '$$',
    '$a$',
    '"',
    "'",
    '--',
    '/*',
    '*/',
    '\n',
  ],
].flat();

/** Text without what would end the comment or constant that it is put in. */
const misleading = (without: RegExp): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...MISLEADING), { maxLength: 5 }).map((pieces) => pieces.join('').replaceAll(without, ''));

const blockComment: fc.Arbitrary<string> = misleading(/[*/]/g).chain((inside) =>
  fc.constantFrom(
    `/*${inside}*/`,
    `/**${inside}**/`,
    `/*/*${inside}*/*/`,
    `/* /*${inside}*/${inside}*/`,
    `/*/ ${inside}*/`,
  ),
);
const lineComment = misleading(/\n/g).chain((inside) => fc.constantFrom(`--${inside}\n`, `--${inside}\r`));

/** White space and comments: at least something. */
const gap: fc.Arbitrary<string> = fc.oneof(
  { weight: 5, arbitrary: fc.constant(' ') },
  fc
    .array(fc.oneof(fc.constantFrom(' ', '\n', '\r', '\t', '\f', '\v'), blockComment, lineComment), {
      minLength: 1,
      maxLength: 3,
    })
    .map((pieces) => pieces.join('')),
);

/** A constant that says something misleading. */
export const constant: fc.Arbitrary<Token> = fc
  .oneof(
    misleading(/'/g).map((inside) => `'${inside}''${inside}'`),
    misleading(/['\\]/g).map((inside) => String.raw`E'${inside}\'${inside}''\\'`),
    misleading(/['\\]/g).map((inside) => String.raw`e'${inside}\''` + `\n -- '\n '${inside}'`),
    misleading(/['\\]/g).map((inside) => `U&'${inside}'`),
    misleading(/\$/g).map((inside) => `$$${inside}$$`),
    misleading(/\$a\$/g).map((inside) => `$b1$${inside}$B1$ $b$ $$ $b1$`),
  )
  .map((text) => ({ text }));

const anyCase = (text: string): fc.Arbitrary<string> =>
  fc.array(fc.boolean(), { minLength: text.length, maxLength: text.length }).map((upper) =>
    // Of ASCII alone, as PostgreSQL folds.
    Array.from(text, (letter, index) => (upper[index] && /[a-z]/.test(letter) ? letter.toUpperCase() : letter)).join(
      '',
    ),
  );

const escaped = (name: string, escape: string): fc.Arbitrary<string> => {
  const characters = Array.from(name);
  return fc.array(fc.nat(2), { minLength: characters.length, maxLength: characters.length }).map((ways) =>
    characters
      .map((character, index) => {
        const hexadecimal = (character.codePointAt(0) ?? 0).toString(16);
        if (ways[index] === 1) return `${escape}+${hexadecimal.padStart(6, '0')}`;
        if (ways[index] === 2 && hexadecimal.length <= 4)
          return `${escape}${hexadecimal.padStart(4, '0').toUpperCase()}`;
        return character === escape || character === '"' ? character + character : character;
      })
      .join(''),
  );
};

const isPlain = (name: string): boolean => /^[a-z_\u0080-\uffff][a-z\d_$\u0080-\uffff]*$/.test(name) && name !== 'with';

const spelledName = (name: string): fc.Arbitrary<string> => {
  const quoted = `"${name.replaceAll('"', '""')}"`;
  return fc.oneof(
    isPlain(name) ? anyCase(name) : fc.constant(quoted),
    fc.constant(quoted),
    escaped(name, '\\').map((inside) => `U&"${inside}"`),
    fc.tuple(escaped(name, '!'), gap, gap).map(([inside, one, two]) => `u&"${inside}"${one}uEscape${two}'!'`),
  );
};

const spelled = (token: Token): fc.Arbitrary<string> => {
  if ('word' in token) return anyCase(token.word.toLowerCase());
  return 'name' in token ? spelledName(token.name) : fc.constant(token.text);
};

/** The tokens as a text, in any spelling that means the same, with anything between them that PostgreSQL skips. */
export function written(tokens: readonly Token[]): fc.Arbitrary<string> {
  return fc
    .tuple(fc.tuple(...tokens.map(spelled)), fc.array(gap, { minLength: tokens.length, maxLength: tokens.length }))
    .map(([texts, gaps]) => texts.map((text, index) => text + (gaps[index] ?? '')).join(''));
}
