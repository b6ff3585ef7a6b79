import { describe, expect, it } from 'vitest';
import { declaredStreamTables } from '../../src/schema/index.ts';

const view = 'view Totals {\n  id Int @unique\n}';

describe('a comment that was meant to declare a stream table is an error that says why it does not', () => {
  it.each([
    [
      'with two slashes',
      `// @streamTable\n${view}`,
      /^The comment \/\/ @streamTable has two slashes, and makes nothing/,
    ],
    ['in the middle of a line', `/// Totals. @streamTable\n${view}`, /does not begin with it/],
    ['with four slashes', `//// @streamTable\n${view}`, /does not begin with it/],
    ['misspelt, in the middle', `/// Totals. @stream_table(name: "x")\n${view}`, /does not begin with it/],
    [
      'in a comment of stars',
      `/**\n * Totals.\n * @streamTable\n */\n${view}`,
      /The comment \/\* … \* @streamTable … \*\/ does not begin/,
    ],
    [
      'inside the block',
      'view Totals {\n  /// @streamTable\n  id Int @unique\n}',
      /is inside the block of view Totals/,
    ],
    [
      'where the block begins',
      'view Totals { /// @streamTable\n  id Int @unique\n}',
      /is inside the block of view Totals/,
    ],
    ['behind a field', 'view Totals {\n  id Int @unique /// @streamTable\n}', /is inside the block of view Totals/],
    ['inside a generator', `generator client {\n  // @streamTable\n}\n${view}`, /has two slashes/],
    ['above an empty line', `/// @streamTable\n\n${view}`, /has no view or model directly below it/],
    ['at the end', `${view}\n/// @streamTable`, /has no view or model directly below it/],
    ['above an enum', '/// @streamTable\nenum Totals {\n  A\n}', /is above the enum Totals, which is no view or model/],
    [
      'above what is ignored',
      '/// @streamTable\nmodel Totals {\n  id Int\n\n  @@ignore\n}',
      /is above the model Totals, which is no/,
    ],
  ])('%s', (_what, schema, sentence) => {
    expect(() => declaredStreamTables(schema)).toThrow(sentence);
    expect(() => declaredStreamTables(schema)).toThrow(
      /Write \/\/\/ @streamTable at the beginning of a line of its own/,
    );
    expect(() => declaredStreamTables(schema.replaceAll('\n', '\r\n'))).toThrow(sentence);
  });

  it.each([
    ['it is in backticks', `/// As \`@streamTable\` says.\n${view}`],
    ['it is commented out', `// /// @streamTable\n// ${view.replaceAll('\n', '\n// ')}`],
    ['it is commented out as a whole', `/*\n/// @streamTable\n${view}\n*/`],
    ['it is the address of a mail', `/// Ask totals@streamtable.example\n${view}`],
    ['it is another word', `/// @streamTablesque, @stream\n${view}`],
    ['it is in a text', view.replace('@unique', '@unique @map("// @streamTable")')],
  ])('and not where %s', (_what, schema) => {
    expect(declaredStreamTables(schema)).toEqual([]);
  });
});
