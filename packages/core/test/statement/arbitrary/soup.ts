import fc from 'fast-check';

/** Everything that begins or ends something, and writes that are seen only if it did. */
const PIECES = [
  [
    "'",
    "'",
    "''",
    '"',
    '""',
    '$$',
    '$a$',
    '$b$',
    '$1',
    '$',
    '--',
    '/*',
    '*/',
    '\n',
    '\r',
    ' ',
    '\\',
    ';',
    ',',
    '(',
    ')',
  ],
  [
    '.',
    '*',
    '-',
    '/',
    "E'",
    "e'",
    "U&'",
    'U&"',
    "N'",
    "X'",
    "B'",
    'UESCAPE',
    '!',
    'a',
    'E',
    'é',
    '1',
    '0x',
    '1e',
    'AS x',
  ],
  [
    '; DELETE FROM order_totals',
    '; DELETE FROM order_totals --',
    'DELETE FROM order_totals',
    'WITH a AS (',
    'SELECT 1',
  ],
].flat();

const pieces = (maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...PIECES), { maxLength }).map((some) => some.join(''));

/** Constants and comments with anything in them: some end where they should, some earlier, some never. */
const almost: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom(
      ["'", "'"],
      ["E'", "'"],
      ["U&'", "'"],
      ['$$', '$$'],
      ['$a$', '$a$'],
      ['/*', '*/ 1'],
      ['--', '\n1'],
      ['1 AS "', '"'],
    ),
    pieces(6),
  )
  .map(([[open, close], inside]) => `${open}${inside}${close}`);

/** Texts that PostgreSQL mostly refuses, and sometimes does not, for reasons that only an exact lexer knows. */
export const soup: fc.Arbitrary<string> = fc.oneof(
  fc.array(almost, { minLength: 1, maxLength: 3 }).map((some) => `SELECT ${some.join(', ')}`),
  fc
    .tuple(fc.array(almost, { minLength: 1, maxLength: 2 }), pieces(3))
    .map(([some, end]) => `SELECT ${some.join('\n')}${end}`),
  pieces(8).map((some) => `SELECT 1 ${some}`),
  pieces(12),
);
