import { readFileSync } from 'node:fs';

/** A fenced code block of a README. */
export interface Block {
  readonly language: string;
  /** From a comment in the first line; blocks without one show how those that have one are used. */
  readonly file: string | undefined;
  readonly code: string;
}

/** The code blocks of a README, in order. */
export function blocksOf(readme: string | URL): readonly Block[] {
  return [...readFileSync(readme, 'utf8').matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', code = '']) => ({
    language,
    file: /^\/\/ (\S+\.\w+)\n/.exec(code)?.[1],
    code,
  }));
}

/** What a README leaves out of its examples, by where it comes from. */
export type Imports = Readonly<Record<string, readonly string[]>>;

/** An example as a module of its own, with the imports that it uses. */
export function asModule(code: string, imports: Imports): string {
  const uses = (name: string) => new RegExp(String.raw`(?<![\w.'])${name}(?![\w'])`).test(code);
  const lines = Object.entries(imports).flatMap(([from, names]) => {
    const used = names.filter(uses);
    return used.length > 0 ? [`import { ${used.join(', ')} } from '${from}';`] : [];
  });
  return [...lines, code, 'export {};'].join('\n');
}
