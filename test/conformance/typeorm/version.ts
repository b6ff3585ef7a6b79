import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

export type Version = '0.3.18' | '0.3.31' | '1.1.1';

/** What only some versions have; without it, all. */
export interface InSomeVersions {
  readonly since?: Version;
  readonly until?: Version;
}

const VERSIONS: readonly Version[] = ['0.3.18', '0.3.31', '1.1.1'];

/** Whether a version has it. */
export function isIn(version: Version, { since = '0.3.18', until = '1.1.1' }: InSomeVersions): boolean {
  return VERSIONS.slice(VERSIONS.indexOf(since), VERSIONS.indexOf(until) + 1).includes(version);
}

const { cache } = createRequire(import.meta.url);

/** The versions of all the TypeORMs that this process has loaded, for whomever: both formats are one to it. */
export function loadedVersions(): readonly string[] {
  return Object.keys(cache).flatMap((file) => {
    const [, folder] = /^(.*)[\\/]data-source[\\/]DataSource\.js$/.exec(file) ?? [];
    if (folder === undefined) return [];
    return (JSON.parse(readFileSync(`${folder}/package.json`, 'utf8')) as { version: string }).version;
  });
}
