import { execFile } from 'node:child_process';
import { dirname } from 'node:path';

import type { Manifest, Tarball } from './tarballs.ts';

export interface PublishOptions {
  /** Has npm do everything but publish. */
  dryRun?: boolean;
  /** Where to say what is done. */
  say?: (line: string) => void;
}

/**
 * Publishes tarballs by npm, as it is configured, in the order given. What the registry has already is left out: a release
 * that stopped half-way is run again. Rejects at the first that fails. Prereleases go to the tag `next`, so that nobody gets
 * them unasked.
 */
export async function publish(
  tarballs: readonly Tarball[],
  { dryRun = false, say = () => {} }: PublishOptions = {},
): Promise<void> {
  const registry = (await npm('.', 'config', 'get', 'registry')).stdout.trim();
  const there = await Promise.all(tarballs.map(({ manifest }) => isPublished(registry, manifest)));
  for (const [index, { file, manifest }] of tarballs.entries()) {
    const { name, version } = manifest;
    if (there[index] === true) {
      say(`${name} ${version} is published already.`);
      continue;
    }
    const options = [
      '--access=public',
      '--ignore-scripts',
      // Without a tag npm takes `latest`, and refuses a version that is lower than the one which has it.
      ...(version.includes('-') ? ['--tag=next'] : []),
      ...(dryRun ? ['--dry-run'] : []),
    ];
    const { succeeded, stderr } = await npm(dirname(file), 'publish', file, ...options);
    if (!succeeded) {
      throw new Error(
        `${name} ${version} could not be published. What was before it is: run this again when the cause is gone.\n${stderr}`,
      );
    }
    say(`${name} ${version} ${dryRun ? 'could be' : 'is'} published.`);
  }
}

/** Whether the registry has this version. */
async function isPublished(registry: string, { name, version }: Manifest): Promise<boolean> {
  const response = await fetch(new URL(encodeURIComponent(name), registry)).catch((cause: unknown) => {
    throw new Error(
      `${registry} does not answer, so nothing is published: is it the registry of npm's configuration?`,
      {
        cause,
      },
    );
  });
  if (response.status === 404) return false;
  if (!response.ok) {
    throw new Error(
      `${registry} does not say which versions of ${name} it has (${response.status}), so nothing is published.`,
    );
  }
  const { versions } = (await response.json()) as { versions: Readonly<Record<string, unknown>> };
  return Object.hasOwn(versions, version);
}

interface NpmOutcome {
  succeeded: boolean;
  stdout: string;
  stderr: string;
}

/** Runs npm in a folder; a failure is an outcome. */
function npm(folder: string, ...args: string[]): Promise<NpmOutcome> {
  return new Promise((resolve) => {
    execFile('npm', args, { cwd: folder, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      resolve({ succeeded: error === null, stdout, stderr: stderr || (error?.message ?? '') });
    });
  });
}
