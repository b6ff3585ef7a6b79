import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { NAMES } from '../src/dialect/names.ts';

const src = join(import.meta.dirname, '../src');
/** `pgstream.outcome` is a setting of this package, and no name of the extension. */
const OWN_NAMES = /\bpgstream\.(?!(?:outcome|refreshed)\b)\w|\bpgs_|__pgs|pgstream_changes|\bpgt_|pgtrickle/;
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));

it.each(files.filter((path) => !path.startsWith('dialect/')))(
  '%s leaves the names of the extension to the dialect',
  (path) => {
    const code = readFileSync(join(src, path), 'utf8')
      .split('\n')
      .filter((line) => !/^\s*(?:\*|\/\*|\/\/)/.test(line))
      .join('\n');
    expect(code).not.toMatch(OWN_NAMES);
  },
);

/** The row of the contract that lists the channels of both dialects. */
const channelsOfTheContract = readFileSync(join(src, '../../../docs/contract.md'), 'utf8').match(
  /^\| channels .*$/m,
)?.[0];

it.each(Object.values(NAMES))('the channels of $name are those that contract B.1 lists', ({ channels }) => {
  for (const channel of Object.values(channels)) expect(channelsOfTheContract).toContain(`\`${channel}\``);
});
