import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { describe, expect, test } from 'vitest';
import { onTheCommandLine, usageSentence } from '../src/sentences/index.ts';

const CORE = join(import.meta.dirname, '../../core/src');

/** What of core the commands call, but for what is SQL, a program, or for programs alone. */
const IS_CALLED =
  /^(?:catalog|classification|context|definition|definitions|errors|freshness|graph|health|name|refresh|repair|scheduler|verify|waiting)\b/;
const IS_NOT =
  /^(?:definitions\/formats|refresh\/(?:statement|after-commit|refresh-after)|waiting\/read-your-writes)\b/;

const isSaid = (file: string): boolean => file.endsWith('.ts') && IS_CALLED.test(file) && !IS_NOT.test(file);

/** Names of a program's that a sentence may have nevertheless, and why. */
const MAY_BE_SAID: Readonly<Record<string, string>> = {
  'char(n)': 'is a type',
  refreshFunctionSql: 'is named with its package: no command prints it',
  refreshRoleSql: 'is named with its package: no command prints it',
  sourceWriterSql: 'is named with its package: no command prints it',
  everyMs: 'is a schedule that cannot be typed',
  floatTolerance: 'is no option of a command',
  lockSources: 'is no option of a command',
  "refresh({ as: '<owner of the stream table>' })":
    'is said where a function refreshes, which is no option of a command',
  'release()': 'is said to who is inside a transaction, which no command is',
  'readYourWrites()': 'is said to who is inside a transaction, which no command is',
  'refreshAll()': 'is said of a value that --if-busy refuses',
  'plan()': 'is said of what is no array, which no command gives',
  fromPg: 'is said of what is no executor, which no command gives',
  fromDrizzle: 'is said of what is no executor, which no command gives',
  currentLsn: 'is said of a value that --since refuses',
  'currentLsn()': 'is said of a value that --since refuses',
};

interface Sentence {
  readonly file: string;
  readonly text: string;
}

/** The pieces of text in core that are said to people: words with blanks between them, and no SQL. */
function sentences(): Sentence[] {
  const found: Sentence[] = [];
  const files = readdirSync(CORE, { recursive: true, encoding: 'utf8' });
  for (const file of files.filter((each) => isSaid(each))) {
    const source = ts.createSourceFile(file, readFileSync(join(CORE, file), 'utf8'), ts.ScriptTarget.Latest, true);
    const visit = (node: ts.Node): void => {
      if (ts.isStringLiteralLike(node) || ts.isTemplateLiteralToken(node)) {
        const { text } = node;
        if (/[a-z,] [a-z]/.test(text) && !/pg_catalog|\b(?:SELECT|WHERE)\b|PERFORM|LOOP/.test(text))
          found.push({ file, text });
      }
      ts.forEachChild(node, visit);
    };
    visit(source);
  }
  return found;
}

/** Names of options and methods: two words in one, or a call; those of SQL have underscores. */
const NAMES_OF_A_PROGRAM = /(?<![\w"'-])(?:[a-z]+(?:\([^)]*\)|(?:[A-Z][a-z]*)+(?:\(\))?))(?![\w"'])/g;

describe('what core says', () => {
  const all = sentences();

  test('is found', () => {
    expect(all.length).toBeGreaterThan(150);
    expect(all.filter(({ text }) => onTheCommandLine(text) !== text).length).toBeGreaterThan(30);
  });

  test('has none of the names that only a program knows, once it is said on the command line', () => {
    const left = all.flatMap(({ file, text }) => {
      const said = onTheCommandLine(text);
      const names = [...said.matchAll(NAMES_OF_A_PROGRAM)].map(([name]) => name);
      return names.filter((name) => !(name in MAY_BE_SAID)).map((name) => ({ file, name, said }));
    });
    expect(left).toEqual([]);
  });

  test('of options, too, which are named where they are looked at', () => {
    const options = readdirSync(CORE, { recursive: true, encoding: 'utf8' })
      .filter((file) => isSaid(file))
      .flatMap((file) => [...readFileSync(join(CORE, file), 'utf8').matchAll(/checkMs\('(\w+)'/g)])
      .filter(([, option]) => option !== 'pollMs')
      .map(([, option = '']) => `${option} must be a number of milliseconds, 1 or more.`);
    expect(new Set(options.map((text) => onTheCommandLine(text)))).toEqual(
      new Set([
        '--lock-timeout must be a duration from 1ms to 24d.',
        '--max-age must be a duration from 1ms to 24d.',
        '--timeout must be a duration from 1ms to 24d.',
        '--wait must be a duration from 1ms to 24d.',
      ]),
    );
  });

  test.for([
    [
      'Another refresh of "a"."b" is running. Try again when it is over, or let refresh() wait or skip (ifBusy).',
      'Another refresh of "a"."b" is running. Try again when it is over, or let `pgstream refresh` wait for it (--if-busy wait).',
    ],
    [
      'Mend the cause (history() shows the errors), then resume() it.',
      'Mend the cause (`pgstream history` shows the errors), then `pgstream resume` it.',
    ],
    [
      'pg_stream has no ifNotExists: ask exists() first, and drop() what has to be another.',
      'pg_stream has no --if-not-exists: ask `pgstream status` first, and `pgstream drop` what has to be another.',
    ],
    // Somebody's names.
    ['column "maxRows" does not exist', 'column "maxRows" does not exist'],
    ['myTimeoutMs, timeoutMsOf and refresh_stream_table()', 'myTimeoutMs, timeoutMsOf and refresh_stream_table()'],
  ] as const)('%s', ([said, becomes]) => {
    expect(onTheCommandLine(said)).toBe(becomes);
  });
});

test.for([
  ["error: unknown option '--jsno'\n(Did you mean --json?)", "Unknown option '--jsno'. Did you mean --json?"],
  ["error: missing required argument 'name'", "Missing required argument 'name'."],
  [
    "error: option '--warn <duration>' argument '10' is invalid. A duration has a unit: 5m.",
    "--warn cannot be '10'. A duration has a unit: 5m.",
  ],
] as const)('%j: %s', ([said, becomes]) => {
  expect(usageSentence(said)).toBe(becomes);
});
