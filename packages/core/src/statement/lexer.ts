import {
  AMPERSAND,
  DOLLAR,
  DOUBLE_QUOTE,
  DOT,
  isDigit,
  isLetter,
  isLetterOrDigit,
  LETTER_U,
  OPEN,
  CLOSE,
  QUOTE,
  SEMICOLON,
  SMALL,
} from './characters.ts';
import { gapEnd } from './gap.ts';
import { quotedEnd, stringEnd, stringValue, UNTERMINATED } from './string.ts';

/** Kinds of token. A character that stands for itself, of operators and punctuation, is its own kind: its code. */
export const END = 0;
/** A keyword or an identifier without quotes. */
export const WORD = 1;
/** `"…"` */
const QUOTED = 2;
/** `U&"…"`, with the UESCAPE that may follow. */
export const UNICODE = 3;
export const STRING = 4;
export const NUMBER = 5;
export const PARAMETER = 6;

/**
 * Reads SQL text token by token, by PostgreSQL's rules; it is always on one token, at first on the first. Where a constant,
 * a quoted identifier or a comment has no end, PostgreSQL refuses the whole text, so the text ends before it.
 *
 * Plain strings are read as with `standard_conforming_strings` on, PostgreSQL's default, where a backslash is only that.
 */
export class Lexer {
  readonly sql: string;
  kind = END;
  /** Where the token begins and, behind its last character, ends. */
  start = 0;
  end = 0;
  /** Of a UNICODE identifier: behind its closing quote, and the character that escapes. */
  quoteEnd = 0;
  escape = '\\';

  constructor(sql: string) {
    this.sql = sql;
    this.next();
  }

  /** Goes on to the next token; stays at the end. */
  next(): void {
    const { sql } = this;
    const start = gapEnd(sql, this.end);
    this.start = start;
    if (start >= sql.length) return this.finish();
    const code = sql.charCodeAt(start);
    if (isLetter(code)) return this.wordOrPrefixed(start, code);
    if (code === DOUBLE_QUOTE) return this.token(QUOTED, quotedEnd(sql, start + 1, '"'));
    if (code === QUOTE) return this.token(STRING, stringEnd(sql, start));
    if (isDigit(code)) return this.token(NUMBER, numberEnd(sql, start + 1));
    if (code === DOLLAR) return this.parameterOrDollarQuoted(start);
    // Operators are read character by character: none of them matters, and comments end them anyway.
    this.token(code, start + 1);
  }

  /** Goes to the end of the text: nothing more is to be learned from it. */
  finish(): void {
    this.kind = END;
    this.end = this.sql.length;
  }

  /** Goes back to the token that begins at a position. */
  return(start: number): void {
    this.end = start;
    this.next();
  }

  /** Whether the token is this keyword, given in small letters. */
  is(keyword: string): boolean {
    return this.kind === WORD && this.end - this.start === keyword.length && isWordAt(this.sql, this.start, keyword);
  }

  /** Goes past the token if it is this keyword or this character; whether it was. */
  take(expected: string | number): boolean {
    const found = typeof expected === 'string' ? this.is(expected) : this.kind === expected;
    if (found) this.next();
    return found;
  }

  get isIdentifier(): boolean {
    return this.kind === WORD || this.kind === QUOTED || this.kind === UNICODE;
  }

  /** Whether the text or the statement ends here; inside parentheses a semicolon may be part of it. */
  get isOver(): boolean {
    return this.kind === END || this.kind === SEMICOLON;
  }

  /** Goes past what is in parentheses, if the token opens them. */
  skipParenthesised(): void {
    if (!this.take(OPEN)) return;
    for (let depth = 1; depth > 0 && this.kind !== END; this.next()) {
      if (this.kind === OPEN) depth += 1;
      else if (this.kind === CLOSE) depth -= 1;
    }
  }

  private token(kind: number, end: number): void {
    if (end === UNTERMINATED) return this.finish();
    this.kind = kind;
    this.end = end;
  }

  private wordOrPrefixed(start: number, code: number): void {
    const { sql } = this;
    const second = sql.charCodeAt(start + 1);
    if (second === QUOTE) {
      const end = stringEnd(sql, start);
      if (end !== -1) return this.token(STRING, end);
    }
    if (second === AMPERSAND && (code | SMALL) === LETTER_U && sql.charCodeAt(start + 2) === DOUBLE_QUOTE) {
      return this.unicodeIdentifier(start);
    }
    let end = start + 1;
    while (isIdentifierPart(sql.charCodeAt(end))) end += 1;
    this.token(WORD, end);
  }

  private unicodeIdentifier(start: number): void {
    const { sql } = this;
    this.quoteEnd = quotedEnd(sql, start + 3, '"');
    this.escape = '\\';
    this.token(UNICODE, this.quoteEnd);
    if (this.kind === END) return;
    const keyword = 'uescape';
    const keywordStart = gapEnd(sql, this.end);
    if (!isWordAt(sql, keywordStart, keyword)) return;
    const valueStart = gapEnd(sql, keywordStart + keyword.length);
    const valueEnd = stringEnd(sql, valueStart);
    if (valueEnd === -1) return;
    this.token(UNICODE, valueEnd);
    this.escape = stringValue(sql.slice(valueStart, valueEnd));
  }

  private parameterOrDollarQuoted(start: number): void {
    const { sql } = this;
    let end = start + 1;
    while (isDigit(sql.charCodeAt(end))) end += 1;
    if (end > start + 1) return this.token(PARAMETER, end);
    const quoted = stringEnd(sql, start);
    if (quoted === -1) return this.token(DOLLAR, end);
    this.token(STRING, quoted);
  }
}

/** Whether the letters at a position are those of a keyword, given in small ones. */
function isWordAt(sql: string, start: number, keyword: string): boolean {
  for (let index = 0; index < keyword.length; index += 1) {
    if ((sql.charCodeAt(start + index) | SMALL) !== keyword.charCodeAt(index)) return false;
  }
  return true;
}

function isIdentifierPart(code: number): boolean {
  return isLetterOrDigit(code) || code === DOLLAR;
}

function numberEnd(sql: string, from: number): number {
  let end = from;
  // With whatever letters are in it or follow at once: PostgreSQL refuses those that do not belong.
  while (isLetterOrDigit(sql.charCodeAt(end)) || sql.charCodeAt(end) === DOT) end += 1;
  return end;
}
