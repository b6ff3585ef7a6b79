import { isSpace, MINUS, NEWLINE, RETURN, SLASH, STAR } from './characters.ts';

/** Where the white space and comments that begin at a position end. */
export function gapEnd(sql: string, from: number): number {
  for (let at = from; ;) {
    const code = sql.charCodeAt(at);
    if (isSpace(code)) at += 1;
    else if (code === MINUS && sql.charCodeAt(at + 1) === MINUS) at = lineEnd(sql, at + 2);
    else if (code === SLASH && sql.charCodeAt(at + 1) === STAR) at = blockCommentEnd(sql, at + 2);
    else return at;
  }
}

/** Where the line ends: the position of its end, or that of the text. */
export function lineEnd(sql: string, from: number): number {
  let at = from;
  for (; at < sql.length; at += 1) {
    const code = sql.charCodeAt(at);
    if (code === NEWLINE || code === RETURN) break;
  }
  return at;
}

/** Behind the comment whose inside begins at a position; comments nest. */
function blockCommentEnd(sql: string, from: number): number {
  let depth = 1;
  let at = from;
  while (depth > 0) {
    // Every end has a slash, and so has every beginning: nothing else needs a look.
    const slash = sql.indexOf('/', at);
    if (slash === -1) return sql.length;
    if (slash > at && sql.charCodeAt(slash - 1) === STAR) {
      depth -= 1;
      at = slash + 1;
    } else if (sql.charCodeAt(slash + 1) === STAR) {
      depth += 1;
      at = slash + 2;
    } else {
      at = slash + 1;
    }
  }
  return at;
}
