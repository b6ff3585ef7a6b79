import { join } from 'node:path';
import { type Block, blocksOf } from '@pgstream/harness';

/** "Try it" of a package's README: its files, what it installs, and the commands that follow. */
export function tryIt(name: string) {
  const readme = join(import.meta.dirname, '../../packages', name, 'README.md');
  const blocks = blocksOf(readme).filter(({ section }) => section === 'Try it');
  const files = blocks.filter((block): block is Block & { file: string } => block.file !== undefined);
  const shell = blocks.filter(({ language }) => language === 'sh').map(({ code }) => code);
  const [install = '', ...commands] = shell.join('').trimEnd().split('\n');
  const said = files.flatMap(({ code }) =>
    [...code.matchAll(/^console\.log\(.*\); \/\/ (.*)$/gm)].map(([, text]) => text),
  );
  return { files, install, commands: commands.map((line) => line.split(' ')), said };
}
