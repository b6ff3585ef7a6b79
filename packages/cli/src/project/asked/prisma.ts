import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Answer, Question } from '../protocol.ts';
import type { Loader } from './load.ts';

/** What is used of the package.json of `prisma`. */
interface Installed {
  readonly version: string;
  readonly bin: Readonly<Record<string, string>>;
}

/**
 * With Prisma 6 and 7, what `prisma migrate diff` prints, from the database of the project's configuration to its schema. That command writes to
 * no database; its engine connects to that one by itself. The models are for `prisma generate` to judge.
 */
export async function askPrisma({ folder, file }: Question, loader: Loader): Promise<Answer> {
  if (!loader.has('prisma/package.json')) throw new Error('prisma is not installed in the project.');
  const { version, bin } = loader.installed('prisma/package.json') as Installed;
  const major = Number.parseInt(version, 10);
  if (major > 7) throw new Error(`Prisma ${major} is asked where @prisma/orm-postgres is installed, and it is not.`);
  const program = join(dirname(loader.resolve('prisma/package.json')), bin['prisma'] ?? '');
  const schema = await schemaOf(folder, file, loader);
  const from =
    major === 7
      ? ['--from-config-datasource', '--to-schema']
      : ['--from-schema-datasource', schema, '--to-schema-datamodel'];
  const printed = await run(folder, [program, 'migrate', 'diff', ...from, schema, '--script']);
  // Without differences it says that the migration is empty. It ends well without a word where its engine has died.
  if (printed.trim() === '') throw new Error('"prisma migrate diff" has printed nothing: its engine may not run here.');
  return { statements: statementsOf(printed), models: [] };
}

/** That of the configuration, else where Prisma looks itself. */
async function schemaOf(folder: string, file: string, loader: Loader): Promise<string> {
  if (file.endsWith('.prisma')) return file;
  const config = (await loader.file(file))['default'] as { readonly schema?: string } | undefined;
  const names = config?.schema === undefined ? ['schema.prisma', 'prisma/schema.prisma'] : [config.schema];
  const found = names.map((name) => resolve(dirname(file), name)).find((path) => existsSync(path));
  if (found === undefined) throw new Error(`there is no ${names.join(' and no ')} in ${folder}.`);
  return found;
}

function run(folder: string, args: readonly string[]): Promise<string> {
  const env = { ...process.env, CHECKPOINT_DISABLE: '1', PRISMA_HIDE_UPDATE_MESSAGE: '1', NO_COLOR: '1' };
  return new Promise((done, fail) => {
    execFile(process.execPath, args, { cwd: folder, env, maxBuffer: 2 ** 26 }, (error, out, said) => {
      if (error)
        fail(new Error(said.split('\n').find((line) => line.startsWith('Error')) ?? `it ended with ${error.code}.`));
      else done(out);
    });
  });
}

/** A script has a comment above each of its statements, which end with a semicolon at the end of a line. */
function statementsOf(script: string): string[] {
  return script
    .replaceAll(/^--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
