/** Characters by their codes, as charCodeAt() gives them. */
const TAB = 0x09;
export const NEWLINE = 0x0a;
export const RETURN = 0x0d;
const SPACE = 0x20;
export const DOUBLE_QUOTE = 0x22;
export const DOLLAR = 0x24;
export const AMPERSAND = 0x26;
export const QUOTE = 0x27;
export const OPEN = 0x28;
export const CLOSE = 0x29;
export const STAR = 0x2a;
export const COMMA = 0x2c;
export const MINUS = 0x2d;
export const DOT = 0x2e;
export const SLASH = 0x2f;
export const SEMICOLON = 0x3b;
const UNDERSCORE = 0x5f;
export const BACKSLASH = 0x5c;
/** Turns an ASCII capital into its small letter, and no other character into a letter. */
export const SMALL = 0x20;
const LETTER_A = 0x61;
export const LETTER_E = 0x65;
export const LETTER_U = 0x75;
const LETTER_Z = 0x7a;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const ASCII_END = 0x80;

export function isDigit(code: number): boolean {
  return code >= DIGIT_0 && code <= DIGIT_9;
}

/** What PostgreSQL skips between tokens; `\f` and `\v` are between tab and return. */
export function isSpace(code: number): boolean {
  return code === SPACE || (code >= TAB && code <= RETURN);
}

/** What may begin an identifier: to PostgreSQL every character beyond ASCII is a letter, spaces of other scripts too. */
export function isLetter(code: number): boolean {
  const small = code | SMALL;
  return (small >= LETTER_A && small <= LETTER_Z) || code === UNDERSCORE || code >= ASCII_END;
}

/** What may go on in the tag of a dollar quote and, with `$`, in an identifier. */
export function isLetterOrDigit(code: number): boolean {
  return isLetter(code) || isDigit(code);
}
