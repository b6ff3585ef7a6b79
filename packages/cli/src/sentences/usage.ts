/** What commander says of a line that it cannot read, as everything else is said here. */
export function usageSentence(message: string): string {
  const said = message
    .replace(/^error: /, '')
    .replace(/\n\((Did you mean [^)]+)\)$/, '. $1')
    .replace(/^option '(?:-\w, )?(--[\w-]+)[^']*' argument ('.*') is invalid\./s, '$1 cannot be $2.')
    .replace(/^command-argument value ('.*') is invalid for argument '(\w+)'\./s, '$2 cannot be $1.');
  return `${said.replace(/^[a-z]/, (first) => first.toUpperCase())}${/[.?]$/.test(said) ? '' : '.'}`;
}
