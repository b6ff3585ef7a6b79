/** A word as a shell has it on its line: what its quotes mean. One that is still open ends with the word. */
export function unquoted(word: string): string {
  return word.replaceAll(
    /'([^']*)(?:'|$)|"((?:[^"\\]|\\[^])*)(?:"|$)|\\([^])/g,
    (_, single?: string, double?: string, escaped?: string) =>
      single ?? double?.replaceAll(/\\(["\\$`])/g, '$1') ?? escaped ?? '',
  );
}

/** A word as bash is to put it on its line, where `typed` is the beginning of it that stands there. */
export function forBash(word: string, typed: string): string {
  // What bash puts there stands behind a quote that is open.
  if (typed.startsWith("'")) return word.replaceAll("'", String.raw`'\''`);
  if (typed.startsWith('"')) return word.replaceAll(/["\\$`]/g, String.raw`\$&`);
  return word.replaceAll(/[^\w.,:=@%/+-]/gu, String.raw`\$&`);
}

const REDIRECTION = /^(?:\d*|&)(?:>>?|<)$/;

/** Words of a line of bash, which tells of `> file` as well. */
export function withoutRedirections(words: readonly string[]): string[] {
  return words.filter((word, index) => !REDIRECTION.test(word) && !REDIRECTION.test(words[index - 1] ?? ''));
}
