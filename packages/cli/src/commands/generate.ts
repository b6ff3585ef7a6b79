import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { QualifiedName, StreamTableStatus } from '@pgstream/core';
import { command, inDatabase, NAME } from '../command/index.ts';
import type { ModelsConfig } from '../config/index.ts';
import { CliError, EXIT, type ExitCode } from '../exit/index.ts';
import type { Orm, Told } from '../generate/index.ts';
import type { Output } from '../output/index.ts';

interface Flags {
  readonly orm: Orm;
  readonly out?: string;
  readonly check?: boolean;
  readonly key: readonly Said[];
  readonly notNull: readonly Said[];
  readonly dbt?: string;
}

/** Columns of a stream table, as the command line says them. */
type Said = readonly [table: string, columns: readonly string[]];

/** `pgstream generate` */
export function generate(): Command {
  return command('generate', {
    summary: 'Models of stream tables for an ORM, from the database',
    description:
      'PostgreSQL keeps neither keys nor NOT NULL of a stream table. They are taken from --key and --not-null, the configuration, a dbt project, and from the constraints of the sources where the query passes a column on unchanged or groups by it. With --out the file is written, and what has changed is shown.',
    examples: [
      ['pgstream generate --orm drizzle --out src/stream-tables.ts', 'all stream tables, into a file'],
      [
        'pgstream generate --orm drizzle --out src/stream-tables.ts --check',
        'ends with 9 if that is no longer what the database says',
      ],
      ['pgstream generate --orm typeorm order_totals --key order_totals=customer_id', 'one of them, with its key'],
    ],
  })
    .argument('[tables...]', `${NAME}; all if none is named`)
    .addOption(
      new Option('--orm <orm>', 'whose models').choices(['drizzle', 'typeorm', 'prisma']).makeOptionMandatory(),
    )
    .option('--out <file>', 'where to write them (default: standard output)')
    .option('--check', 'write nothing, and end with 9 if the file would change')
    .option('--key <table=columns>', 'columns that are unique together and never null; may be repeated', said, [])
    .option('--not-null <table=columns>', 'columns that are never null; may be repeated', said, [])
    .option('--dbt <folder>', 'target folder of a dbt project: its descriptions, tests and constraints')
    .action(
      inDatabase<[string[]], Flags>(async (session, flags, names) => {
        const { pgstream, pool, output, config, askedSchema, name, text } = session;
        const { modelsOf, readDbt, write } = await import('../generate/index.ts');
        if (flags.check && flags.out === undefined) throw usage('--check compares with a file: say which with --out.');
        const all = await pgstream.list({ schema: names.length === 0 ? askedSchema : undefined });
        const tables = names.length === 0 ? all : names.map((each) => found(all, name(each), each));
        const models = await modelsOf(pool, tables, {
          told: (table) => toldOf(table, flags, config.models ?? {}, name),
          dbt: flags.dbt === undefined ? () => undefined : await readDbt(flags.dbt),
          note: output.note,
          text,
        });
        const written = write(flags.orm, models);
        if (flags.out !== undefined) return await intoFile(flags.out, written, flags.check === true, output);
        output.show(models, () => written.trimEnd());
        return EXIT.done;
      }),
    );
}

/** `order_totals=customer_id,region` */
function said(value: string, before: readonly Said[] = []): readonly Said[] {
  const [, table, columns] = /^(.+?)=(.+)$/s.exec(value) ?? [];
  if (table === undefined || columns === undefined) {
    throw new InvalidArgumentError('Write the stream table, = and its columns: order_totals=customer_id,region');
  }
  return [...before, [table, columns.split(',').map((column) => column.trim())]];
}

/** The command line goes before the configuration. */
function toldOf(
  table: QualifiedName,
  { key, notNull }: Flags,
  configured: ModelsConfig,
  name: (text: string) => QualifiedName,
): Told {
  const isMeant = (called: string): boolean => {
    const meant = name(called);
    return meant.schema === table.schema && meant.name === table.name;
  };
  const inConfig = Object.entries(configured).find(([called]) => isMeant(called))?.[1] ?? {};
  return {
    key: key.findLast(([called]) => isMeant(called))?.[1] ?? inConfig.key,
    notNull: [
      ...notNull.filter(([called]) => isMeant(called)).flatMap(([, columns]) => columns),
      ...(inConfig.notNull ?? []),
    ],
  };
}

function found(all: readonly StreamTableStatus[], { schema, name }: QualifiedName, typed: string): StreamTableStatus {
  const table = all.find((each) => each.schema === schema && each.name === name);
  if (table !== undefined) return table;
  throw new CliError(
    EXIT.notFound,
    'NOT_FOUND',
    `There is no stream table ${typed}. \`pgstream list\` shows which there are, and -d connects to another database.`,
  );
}

async function intoFile(file: string, text: string, isCheck: boolean, output: Output): Promise<ExitCode> {
  const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return '';
    throw usage(`${file} cannot be read: ${error.message}`);
  });
  const changed = before !== text;
  if (changed && !isCheck) {
    try {
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, text);
    } catch (error) {
      throw usage(`${file} cannot be written: ${(error as Error).message}`);
    }
  }
  const difference = changed ? await differenceOf(file, before, text, output) : `${file} is as it should be.`;
  output.show({ file, changed }, () => difference);
  if (!changed || !isCheck) return EXIT.done;
  output.note(`${file} is not what the database says. Run the same without --check.`);
  return EXIT.drift;
}

/** Line by line, as `diff` shows it. */
async function differenceOf(file: string, before: string, after: string, { colors }: Output): Promise<string> {
  const { createTwoFilesPatch } = await import('diff');
  return createTwoFilesPatch(file, file, before, after, undefined, undefined, { context: 2 })
    .trimEnd()
    .split('\n')
    .filter((line) => !line.startsWith('==='))
    .map((line) => (line.startsWith('+') ? colors.good(line) : line.startsWith('-') ? colors.bad(line) : line))
    .join('\n');
}

function usage(message: string): CliError {
  return new CliError(EXIT.usage, 'INVALID_ARGUMENT', message);
}
