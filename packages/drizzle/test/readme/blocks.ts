import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A fenced code block of the README. */
export interface Block {
  readonly language: string;
  /** From a comment in the first line; blocks without one show how those that have one are used. */
  readonly file: string | undefined;
  readonly code: string;
}

const README = fileURLToPath(new URL('../../README.md', import.meta.url));

export function blocksOfReadme(): readonly Block[] {
  return [...readFileSync(README, 'utf8').matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', code = '']) => ({
    language,
    file: /^\/\/ (\S+\.ts)\n/.exec(code)?.[1],
    code,
  }));
}

/** What the README leaves out of its examples, by where it comes from. */
const IMPORTS: Readonly<Record<string, readonly string[]>> = {
  'drizzle-orm': ['eq', 'gt', 'sql'],
  '@pgstream/core': ['readOnlyRoleSql'],
  '@pgstream/drizzle': ['streamAlias', 'streamTable', 'StreamTableReadOnlyError'],
  './db': ['db'],
  './schema': ['customers', 'orders', 'orderTotals', 'regionTotals'],
};

/** The code as a module of its own. */
export function asModule(code: string): string {
  const uses = (name: string) => new RegExp(String.raw`(?<![\w.'])${name}(?![\w'])`).test(code);
  const imports = Object.entries(IMPORTS).flatMap(([from, names]) => {
    const used = names.filter(uses);
    return used.length > 0 ? [`import { ${used.join(', ')} } from '${from}';`] : [];
  });
  return [...imports, code, 'export {};'].join('\n');
}
