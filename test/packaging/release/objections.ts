import type { Manifest } from './tarballs.ts';

/** What a release is about to be. */
export interface Release {
  /** The tag that was pushed: `v0.1.0`. */
  tag: string;
  /** The repository's address, as the workflow knows it: `https://github.com/owner/name`. */
  repository: string;
  /** The packages that would be published. */
  manifests: readonly Manifest[];
  /** Names of the changesets that are left in .changeset. */
  changesets: readonly string[];
}

/** Why a release must not be, in sentences that say what to do; none where it may. */
export function objections({ tag, repository, manifests, changesets }: Release): string[] {
  const said: string[] = [];
  if (changesets.length > 0) {
    said.push(
      `Changesets are left: ${changesets.join(', ')}. Run "changeset version", merge what it writes, and tag that commit.`,
    );
  }
  const versions = manifests.map(({ name, version }) => `${name} ${version}`);
  if (!manifests.some(({ version }) => tag === `v${version}`)) {
    said.push(
      `No package has the version of the tag ${tag}: ${versions.join(', ')}. Tag the commit of "changeset version" with the version that it gave.`,
    );
  }
  const isPrivate = manifests.filter((manifest) => manifest.private === true).map(({ name }) => name);
  if (isPrivate.length > 0) {
    said.push(
      `Private packages cannot be published: take "private" out of the package.json of ${isPrivate.join(', ')}.`,
    );
  }
  for (const [address, names] of byAddress(manifests)) {
    if (address === undefined) {
      said.push(
        `These do not say where their repository is, and npm publishes nothing with provenance that does not: ${names.join(', ')}. Put "repository" into the package.json of the root and of each package (CONTRIBUTING.md, Releasing).`,
      );
    } else if (address !== repository) {
      said.push(
        `These say that their repository is ${address}, and this is ${repository}, so that npm would refuse their provenance: ${names.join(', ')}. Correct "repository" in the package.json files.`,
      );
    }
  }
  return said;
}

/** Names of packages by the address that their `repository` stands for: npm takes `git+` before it and `.git` after it. */
function byAddress(manifests: readonly Manifest[]): Map<string | undefined, string[]> {
  const found = new Map<string | undefined, string[]>();
  for (const { name, repository } of manifests) {
    const url = typeof repository === 'object' ? repository.url : repository;
    const address = url?.replace(/^git\+/, '').replace(/\.git$/, '');
    found.set(address, [...(found.get(address) ?? []), name]);
  }
  return found;
}
