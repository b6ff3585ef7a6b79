/** Two blanks before each line: the generated text is read by people, in logs and in functions that a DBA installs. */
export function indent(text: string, levels = 1): string {
  return text.replaceAll(/^(?=.)/gm, '  '.repeat(levels));
}
