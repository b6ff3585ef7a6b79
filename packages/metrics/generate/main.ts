import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { integrations, withParts } from './files.ts';

const folder = join(import.meta.dirname, '..');
await rm(join(folder, 'integrations'), { recursive: true, force: true });
for (const [path, text] of Object.entries(integrations())) {
  const file = join(folder, 'integrations', path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
const readme = join(folder, 'README.md');
await writeFile(readme, withParts(await readFile(readme, 'utf8')));
