/**
 * Whether a message of the server's names something. In every language, each of which has quotes of its own: all that is
 * sure is that no letter, digit or underscore stands right before or after the name.
 */
export function mentions(message: string, name: string): boolean {
  for (let at = message.indexOf(name); at !== -1; at = message.indexOf(name, at + 1)) {
    if (!isInWord(message[at - 1]) && !isInWord(message[at + name.length])) return true;
  }
  return false;
}

function isInWord(letter: string | undefined): boolean {
  return letter !== undefined && /\w/.test(letter);
}
