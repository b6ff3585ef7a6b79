// The release workflow's program. Node 24 runs it as it is, with nothing installed:
//   node test/packaging/release/main.ts check              may what the repository has be released under the tag?
//   node test/packaging/release/main.ts publish FOLDER     publishes the tarballs of a folder, which were tested
// GITHUB_REF_NAME is the tag, GITHUB_SERVER_URL and GITHUB_REPOSITORY say where the repository is, as GitHub sets them.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';

import { objections } from './objections.ts';
import { publish } from './publish.ts';
import { type Manifest, tarballsIn } from './tarballs.ts';

const root = join(import.meta.dirname, '../../..');

async function manifestsOfTheRepository(): Promise<Manifest[]> {
  const folders = await readdir(join(root, 'packages'));
  return Promise.all(
    folders.map(
      async (folder) => JSON.parse(await readFile(join(root, 'packages', folder, 'package.json'), 'utf8')) as Manifest,
    ),
  );
}

async function mayBeReleased(manifests: readonly Manifest[]): Promise<void> {
  const { GITHUB_REF_NAME: tag = '', GITHUB_SERVER_URL: server = '', GITHUB_REPOSITORY: name = '' } = process.env;
  const changesets = (await readdir(join(root, '.changeset'))).filter((file) => file.endsWith('.md'));
  const said = objections({ tag, repository: `${server}/${name}`, manifests, changesets });
  if (said.length > 0) throw new Error(`This cannot be released.\n${said.map((line) => `- ${line}`).join('\n')}`);
}

async function main([command, folder]: readonly string[]): Promise<void> {
  if (command === 'check') {
    await mayBeReleased(await manifestsOfTheRepository());
    console.log('Nothing is in the way of this release.');
  } else if (command === 'publish' && folder !== undefined) {
    const tarballs = await tarballsIn(folder);
    await mayBeReleased(tarballs.map(({ manifest }) => manifest));
    await publish(tarballs, { say: console.log });
  } else {
    throw new Error('Say "check", or "publish" and the folder of the tarballs.');
  }
}

await main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
