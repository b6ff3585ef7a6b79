import { CliError, EXIT } from '../exit/index.ts';

/** What C takes for a blank. */
const BLANKS = /^[ \t\n\v\f\r]*/;
const KEYWORD = /^([^ \t\n\v\f\r=]+)[ \t\n\v\f\r]*=[ \t\n\v\f\r]*/;
const QUOTED = /^'((?:[^'\\]|\\[^])*)'/;
const BARE = /^((?:[^ \t\n\v\f\r\\]|\\[^]|\\$)*)/;

/**
 * What a connection string of keywords says, `host=db.example.com dbname='the shop'`, read as libpq reads it: blanks around `=`
 * are nothing, a value ends at a blank unless it stands in single quotes, a backslash takes the next character as it is, and of
 * a keyword that is said twice the last counts.
 *
 * Throws where libpq does; the message has nothing of the string, which may hold a password.
 */
export function readKeywords(text: string): Record<string, string> {
  const said: Record<string, string> = {};
  let rest = text.replace(BLANKS, '');
  while (rest !== '') {
    const [begin = '', keyword] = KEYWORD.exec(rest) ?? [];
    if (keyword === undefined) throw unreadable('A keyword is followed by = and its value.');
    rest = rest.slice(begin.length);
    const [whole = '', value] = (rest.startsWith("'") ? QUOTED : BARE).exec(rest) ?? [];
    if (value === undefined) throw unreadable('A value begins with a single quote, and does not end with one.');
    said[keyword] = value.replaceAll(/\\([^]?)/g, '$1');
    rest = rest.slice(whole.length).replace(BLANKS, '');
  }
  return said;
}

function unreadable(why: string): CliError {
  return new CliError(
    EXIT.usage,
    'INVALID_ARGUMENT',
    `The connection string cannot be read. ${why} It is written as in host=db.example.com dbname='the shop'; a quote or a backslash that belongs to a value stands behind a backslash.`,
  );
}
