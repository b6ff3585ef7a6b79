import { CLOSE, OPEN, SEMICOLON } from './characters.ts';
import { END, type Lexer } from './lexer.ts';

/** Goes to the semicolon that ends the statement. The actions of a rule stand in parentheses, with semicolons. */
export function skipStatement(lexer: Lexer): void {
  skipTo(lexer, () => lexer.kind === SEMICOLON);
}

/**
 * Goes to the first token outside of parentheses that is looked for, or to the end of the text; whether it was found.
 */
export function skipTo(lexer: Lexer, isFound: () => boolean): boolean {
  for (let depth = 0; lexer.kind !== END; lexer.next()) {
    if (depth <= 0 && isFound()) return true;
    if (lexer.kind === OPEN) depth += 1;
    else if (lexer.kind === CLOSE) depth -= 1;
  }
  return false;
}
