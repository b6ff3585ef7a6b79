/** For `it.each(…)('%s', (_, each) => …)`: `$name` would be put in quotes and cut. */
export function byName<T extends { readonly name: string }>(cases: readonly T[]): [name: string, each: T][] {
  return cases.map((each) => [each.name, each]);
}
