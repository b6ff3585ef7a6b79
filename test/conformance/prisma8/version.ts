const VERSIONS = ['8.0.0-rc.10', '8.0.0-rc.13'] as const;

export type Version = (typeof VERSIONS)[number];

/** What only some versions have; without it, all that were tried. */
export interface InSomeVersions {
  readonly since?: Version;
  readonly until?: Version;
}

/** Those that a version has. */
export function inVersion<T>(version: Version, all: readonly (T & InSomeVersions)[]): T[] {
  const place = VERSIONS.indexOf(version);
  return all.filter(
    ({ since = VERSIONS[0], until = version }) => VERSIONS.indexOf(since) <= place && place <= VERSIONS.indexOf(until),
  );
}
