import { describe, expect, it } from 'vitest';
import { streamTableOf } from '../../src/schema/index.ts';

describe('a comment', () => {
  it.each([
    ['none', undefined, undefined],
    ['another', 'Totals of `@streamTable` and others', undefined],
    ['a word that only begins so', '@streamTablesque', undefined],
    ['alone', '@streamTable', { name: 'Totals' }],
    ['without options', '@streamTable()', { name: 'Totals' }],
    ['among others', 'What customers have spent.\n  @streamTable\nSee there.', { name: 'Totals' }],
    ['with a name', '@streamTable(name: "a.b")', { name: 'a.b' }],
    [
      'with both, and quotes in them',
      String.raw`@streamTable( name: "b \"c\" d'e" , schema: "x.y")`,
      { name: `b "c" d'e`, schema: 'x.y' },
    ],
    ['with how it is made', '@streamTable(query: "a.sql", schedule: "5m", refreshMode: "FULL")', { name: 'Totals' }],
    ['with brackets in a name', '@streamTable(name: "a)(b, c")', { name: 'a)(b, c' }],
  ])('%s says what it says', (_what, documentation, streamTable) => {
    expect(streamTableOf({ name: 'Totals', documentation })).toEqual(streamTable);
  });

  it.each([
    ['an option that does not exist', '@streamTable(table: "x")', 'which is not understood at table: "x"'],
    ['an option that is given twice', '@streamTable(name: "x", name: "y")', 'which is not understood at name: "y"'],
    ['a schedule and no query', '@streamTable(schedule: "5m")', 'with a schedule and no query'],
    ['an empty name', '@streamTable(name: "")', 'which is not understood at name: ""'],
    ['a name without quotes', '@streamTable(name: order_totals)', 'which is not understood at name: order_totals'],
    [
      'options without a comma',
      '@streamTable(name: "x" schema: "y")',
      'which is not understood at name: "x" schema: "y"',
    ],
    ['a name that never ends', '@streamTable(name: "x)', 'which is not understood at name: "x'],
    ['a misspelt word', '@streamtable', 'has the comment /// @streamtable, which is not understood'],
    ['another misspelt word', '@stream_table(name: "x")', 'which is not understood. Write /// @streamTable'],
    ['something behind it', '@streamTable order_totals', 'has the comment /// @streamTable order_totals'],
    ['two of them', '@streamTable\n@streamTable(name: "x")', 'has more than one /// @streamTable'],
  ])('with %s is an error that names the model', (_what, documentation, sentence) => {
    expect(() => streamTableOf({ name: 'Totals', documentation })).toThrow(/^"Totals" has /);
    expect(() => streamTableOf({ name: 'Totals', documentation })).toThrow(sentence);
  });
});
