import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A fenced code block of a README. */
export interface Block {
  readonly language: string;
  /** From a comment in the first line, or after a directive that has to be there; blocks without one show how those that have one are used. */
  readonly file: string | undefined;
  readonly code: string;
  /** The heading that it stands under, of the second level. */
  readonly section: string;
}

/** The code blocks of a README, in order. */
export function blocksOf(readme: string | URL): readonly Block[] {
  const blocks: Block[] = [];
  let section = '';
  for (const [, heading, language = '', code = ''] of readFileSync(readme, 'utf8').matchAll(
    /^## ([^\n]+)$|^```(\w*)\n(.*?)^```$/gms,
  )) {
    if (heading !== undefined) section = heading;
    else blocks.push({ language, file: /^(?:\/\/ use \S+\n)?\/\/ (\S+\.\w+)\n/.exec(code)?.[1], code, section });
  }
  return blocks;
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

const TSC = createRequire(import.meta.url).resolve('typescript/bin/tsc');

/**
 * What the compiler has against the modules in a folder below a package, in a project as a newcomer's is; nothing if they
 * are right. `entries` are the package's entries and the sources that stand for them, `settings` what is otherwise than in a
 * project with a bundler.
 */
export async function compilerErrors(
  folder: string,
  packageFolder: string,
  entries: Readonly<Record<string, string>>,
  settings: object = { module: 'preserve', moduleResolution: 'bundler' },
): Promise<string> {
  const paths = Object.entries(entries).map(([entry, source]) => [entry, [join(packageFolder, source)]]);
  const options = {
    extends: join(packageFolder, 'tsconfig.json'),
    compilerOptions: {
      ...settings,
      noUnusedLocals: false,
      noPropertyAccessFromIndexSignature: false,
      verbatimModuleSyntax: false,
      erasableSyntaxOnly: false,
      paths: Object.fromEntries(paths) as object,
    },
    include: ['*.ts'],
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(options));
  const { stdout } = await promisify(execFile)(process.execPath, [TSC, '-p', folder]).catch(
    (error: { stdout: string }) => error,
  );
  return stdout;
}
