import {
  BACKSLASH,
  DOLLAR,
  isLetter,
  isLetterOrDigit,
  isSpace,
  LETTER_E,
  MINUS,
  NEWLINE,
  QUOTE,
  RETURN,
  SMALL,
} from './characters.ts';
import { lineEnd } from './gap.ts';

/** Where a constant or an identifier ends that has no end: PostgreSQL refuses the whole text. */
export const UNTERMINATED = Infinity;

/**
 * Behind the string constant that begins at a position: `'…'`, `E'…'` or `$tag$…$tag$`. -1 where none begins, and
 * UNTERMINATED. Other prefixes (N, B, X, U&) are quoted like a plain one, and what is before their quote is not looked at.
 */
export function stringEnd(sql: string, start: number): number {
  if (sql.charCodeAt(start) === DOLLAR) return dollarQuotedEnd(sql, start);
  const escapes = hasEscapes(sql, start);
  let open = escapes ? start + 1 : start;
  if (sql.charCodeAt(open) !== QUOTE) return -1;
  for (;;) {
    const end = escapes ? escapedEnd(sql, open + 1) : quotedEnd(sql, open + 1, "'");
    if (end === UNTERMINATED) return end;
    open = continuation(sql, end);
    if (open === -1) return end;
  }
}

/** What a string constant says, given from its first character to its last. */
export function stringValue(constant: string): string {
  if (constant.charCodeAt(0) === DOLLAR) {
    const delimiterLength = constant.indexOf('$', 1) + 1;
    return constant.slice(delimiterLength, -delimiterLength);
  }
  const escapes = hasEscapes(constant, 0);
  let value = '';
  for (let open = escapes ? 1 : 0; open !== -1;) {
    const end = escapes ? escapedEnd(constant, open + 1) : quotedEnd(constant, open + 1, "'");
    const piece = constant.slice(open + 1, end - 1);
    value += escapes ? unescaped(piece) : piece.replaceAll("''", "'");
    open = continuation(constant, end);
  }
  return value;
}

/** Behind the quote that closes what is quoted by such quotes; two of them are one inside. */
export function quotedEnd(sql: string, from: number, quote: '"' | "'"): number {
  for (let at = from; ; at += 2) {
    at = sql.indexOf(quote, at);
    if (at === -1) return UNTERMINATED;
    if (sql[at + 1] !== quote) return at + 1;
  }
}

/** A character by its number in hexadecimal. */
export function characterOf(hexadecimal: string): string {
  const code = Number.parseInt(hexadecimal, 16);
  return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
}

function hasEscapes(sql: string, start: number): boolean {
  return (sql.charCodeAt(start) | SMALL) === LETTER_E && sql.charCodeAt(start + 1) === QUOTE;
}

function escapedEnd(sql: string, from: number): number {
  for (let at = from; at < sql.length; at += 1) {
    const code = sql.charCodeAt(at);
    if (code === BACKSLASH) at += 1;
    else if (code === QUOTE && sql.charCodeAt(at + 1) === QUOTE) at += 1;
    else if (code === QUOTE) return at + 1;
  }
  return UNTERMINATED;
}

/**
 * The quote by which a string constant goes on behind one that closed, in the same manner of escaping, or -1. Between
 * them there must be the end of a line, and nothing but white space and comments that end with their line.
 */
function continuation(sql: string, from: number): number {
  let newLine = false;
  for (let at = from; ;) {
    const code = sql.charCodeAt(at);
    if (isSpace(code)) {
      newLine ||= code === NEWLINE || code === RETURN;
      at += 1;
    } else if (code === MINUS && sql.charCodeAt(at + 1) === MINUS) {
      at = lineEnd(sql, at + 2);
    } else {
      return newLine && code === QUOTE ? at : -1;
    }
  }
}

function dollarQuotedEnd(sql: string, start: number): number {
  let at = start + 1;
  if (isLetter(sql.charCodeAt(at))) {
    do at += 1;
    while (isLetterOrDigit(sql.charCodeAt(at)));
  }
  if (sql.charCodeAt(at) !== DOLLAR) return -1;
  const delimiter = sql.slice(start, at + 1);
  const closing = sql.indexOf(delimiter, at + 1);
  return closing === -1 ? UNTERMINATED : closing + delimiter.length;
}

const ESCAPE = /\\(?:x([\dA-Fa-f]{1,2})|u([\dA-Fa-f]{4})|U([\dA-Fa-f]{8})|([0-7]{1,3})|([^]))|''/g;
const LETTERS: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function unescaped(piece: string): string {
  return piece.replace(
    ESCAPE,
    (_, byte?: string, short?: string, long?: string, octal?: string, character?: string) => {
      const hexadecimal = byte ?? short ?? long;
      if (hexadecimal !== undefined) return characterOf(hexadecimal);
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      if (character !== undefined) return LETTERS[character] ?? character;
      return "'";
    },
  );
}
