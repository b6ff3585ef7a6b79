import { DOT } from './characters.ts';
import { type Lexer, UNICODE, WORD } from './lexer.ts';
import { characterOf } from './string.ts';

/** A table's name as PostgreSQL reads it: folded unless quoted, escapes resolved, cut to 63 bytes. */
export interface TableName {
  /** Undefined where the text names none and PostgreSQL searches its path. */
  readonly schema: string | undefined;
  readonly name: string;
}

/**
 * Goes past a name and returns it, undefined where there is none. What is before schema and name, a database, is dropped:
 * PostgreSQL takes no other than its own there.
 */
export function takeTableName(lexer: Lexer): TableName | undefined {
  if (!lexer.isIdentifier) return undefined;
  let schema: string | undefined;
  let name = identifierName(lexer);
  lexer.next();
  while (lexer.kind === DOT) {
    lexer.next();
    if (!lexer.isIdentifier) return undefined;
    schema = name;
    name = identifierName(lexer);
    lexer.next();
  }
  return { schema, name };
}

/** Goes past an identifier; whether there was one. */
export function skipIdentifier(lexer: Lexer): boolean {
  if (!lexer.isIdentifier) return false;
  lexer.next();
  return true;
}

/** The identifier that the lexer is on, as PostgreSQL reads it. */
export function identifierName({ sql, kind, start, end, quoteEnd, escape }: Lexer): string {
  if (kind === WORD) return cut(folded(sql.slice(start, end)));
  const unicode = kind === UNICODE;
  const quoted = sql.slice(start + (unicode ? 3 : 1), (unicode ? quoteEnd : end) - 1).replaceAll('""', '"');
  return cut(unicode ? unescaped(quoted, escape) : quoted);
}

/**
 * ASCII capitals alone become small letters. (In a database with an encoding of one byte a character PostgreSQL folds
 * other letters, too, as its locale says; of those in UTF8 it says nothing.)
 */
function folded(word: string): string {
  return word.replace(/[A-Z]+/g, (capitals) => capitals.toLowerCase());
}

const HEXADECIMAL = /^(?:[\dA-Fa-f]{4}|\+[\dA-Fa-f]{6})/;

function unescaped(quoted: string, escape: string): string {
  // PostgreSQL refuses any other.
  if (escape.length !== 1) return quoted;
  const [first = '', ...pieces] = quoted.split(escape);
  let name = first;
  for (let index = 0; index < pieces.length; index += 1) {
    const piece = pieces[index] ?? '';
    const code = HEXADECIMAL.exec(piece)?.[0];
    if (code !== undefined) {
      // Halves of a character beyond 16 bits, escaped one by one, become one by standing side by side.
      name += characterOf(code.replace('+', '')) + piece.slice(code.length);
    } else {
      // Two in a row are one, with whatever is behind them.
      index += 1;
      name += escape + piece + (pieces[index] ?? '');
    }
  }
  return name;
}

const MAX_BYTES = 63;

/** Whole characters, as many as PostgreSQL keeps of a name. Halves of characters reach it as U+FFFD. */
function cut(identifier: string): string {
  const name = identifier.length > MAX_BYTES ? identifier.slice(0, MAX_BYTES + 1) : identifier;
  if (isShortAscii(name)) return name;
  let kept = '';
  let bytes = 0;
  for (const character of name.replace(/\p{Surrogate}/gu, '\ufffd')) {
    bytes += bytesOf(character);
    if (bytes > MAX_BYTES) break;
    kept += character;
  }
  return kept;
}

function isShortAscii(name: string): boolean {
  return name.length <= MAX_BYTES && !/[\x80-\uffff]/.test(name);
}

function bytesOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return 1;
  if (code < 0x800) return 2;
  return code < 0x10000 ? 3 : 4;
}
