import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const src = join(import.meta.dirname, '../src');
/** `pgstream.outcome` is a setting of this package, and no name of the extension. */
const NAMES = /\bpgstream\.(?!outcome\b)\w|\bpgs_|__pgs|pgstream_changes|\bpgt_|pgtrickle/;
const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((path) => path.endsWith('.ts'));

it.each(files.filter((path) => !path.startsWith('dialect/')))(
  '%s leaves the names of the extension to the dialect',
  (path) => {
    const code = readFileSync(join(src, path), 'utf8')
      .split('\n')
      .filter((line) => !/^\s*(?:\*|\/\*|\/\/)/.test(line))
      .join('\n');
    expect(code).not.toMatch(NAMES);
  },
);
