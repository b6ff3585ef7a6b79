import { CLOSE, COMMA, OPEN } from './characters.ts';
import { identifierName } from './identifier.ts';
import { type Lexer, NUMBER, STRING, WORD } from './lexer.ts';
import { stringValue } from './string.ts';

/**
 * Goes past what follows EXPLAIN up to the statement that is explained; whether that is executed, too. Where it is not,
 * nothing more of the statement matters.
 */
export function takeExecuted(lexer: Lexer): boolean {
  if (lexer.kind === OPEN) return takeOptions(lexer);
  if (!isAnalyze(lexer)) return false;
  lexer.next();
  lexer.take('verbose');
  return true;
}

/** The options in parentheses; of several ANALYZE the last one counts. */
function takeOptions(lexer: Lexer): boolean {
  let executed = false;
  do {
    // Past the parenthesis or the comma.
    lexer.next();
    const analyze = isAnalyze(lexer);
    let off = false;
    for (lexer.next(); lexer.kind !== COMMA && lexer.kind !== CLOSE; lexer.next()) {
      // A query in parentheses, and no options: it is not executed.
      if (lexer.isOver || lexer.kind === OPEN) return false;
      off = isOff(lexer);
    }
    if (analyze) executed = !off;
  } while (lexer.kind === COMMA);
  lexer.next();
  return executed;
}

/** The keyword has two spellings; an option may be quoted, in its first. */
function isAnalyze(lexer: Lexer): boolean {
  if (lexer.kind === WORD) return lexer.is('analyze') || lexer.is('analyse');
  return lexer.isIdentifier && identifierName(lexer) === 'analyze';
}

/** Whether a value says no, in any of the ways that PostgreSQL takes. A sign before zero is another token. */
function isOff(lexer: Lexer): boolean {
  const { sql, kind, start, end } = lexer;
  if (kind === NUMBER) return /^0(?:[box_])?[0_]*$/i.test(sql.slice(start, end));
  if (kind === STRING) return /^(?:false|off)$/i.test(stringValue(sql.slice(start, end)));
  return lexer.isIdentifier && /^(?:false|off)$/i.test(identifierName(lexer));
}
