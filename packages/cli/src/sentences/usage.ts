/** What commander says of a line that it cannot read, as everything else is said here. */
export function usageSentence(message: string): string {
  const said = message.replace(/^error: /, '').replace(/\n\((Did you mean [^)]+)\)$/, '. $1');
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}${/[.?]$/.test(said) ? '' : '.'}`;
}
