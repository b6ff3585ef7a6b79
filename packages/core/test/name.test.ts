import { describe, expect, it } from 'vitest';
import { isPgStreamError } from '../src/index.ts';
import { checkCreatable, functionArgument, resolveName } from '../src/name/index.ts';

describe('a name for reading', () => {
  it.each([
    ['order_totals', 'public', 'order_totals'],
    ['analytics.order_totals', 'public', 'analytics.order_totals'],
    ['Weird Name', 'public', 'Weird Name'],
    ["x'); drop table t; --", 'public', "x'); drop table t; --"],
    [' padded ', 'public', ' padded '],
    [{ name: 'order_totals' }, 'public', 'order_totals'],
    [{ schema: undefined, name: 'order_totals' }, 'public', 'order_totals'],
    [{ schema: 'analytics', name: 'order_totals' }, 'analytics', 'order_totals'],
  ])('%j is taken as it is written, in the default schema if it names none', (name, schema, table) => {
    expect(resolveName(name, 'public')).toStrictEqual({ schema, name: table });
  });

  it('takes the default schema that it is given', () => {
    expect(resolveName('t', 'reports')).toStrictEqual({ schema: 'reports', name: 't' });
  });

  it.each([
    ['an empty string', ''],
    ['an empty name', { name: '' }],
    ['an empty schema', { schema: '', name: 't' }],
    ['a NUL character', 'a\0b'],
    ['a number', 7],
    ['null', null],
    ['nothing', undefined],
    ['an object without a name', {}],
  ])('is refused when it is %s', (_, name) => {
    const error = thrownBy(() => resolveName(name as string, 'public'));
    expect(isPgStreamError(error, 'INVALID_NAME')).toBe(true);
  });
});

/** What the extension splits at its first dot, and what it reads as SQL does. */
const SPLIT = { readsQuotedNames: false };
const QUOTED = { readsQuotedNames: true };

describe("a name for the extension's functions", () => {
  it('is always qualified', () => {
    for (const grammar of [SPLIT, QUOTED]) {
      expect(functionArgument({ schema: 'public', name: 'order_totals' }, grammar)).toBe('public.order_totals');
    }
    expect(functionArgument({ schema: 'public', name: 'a.b' }, SPLIT)).toBe('public.a.b');
  });

  it('is quoted where quotes are read, and where it needs them', () => {
    expect(functionArgument({ schema: 'a.b', name: 'order_totals' }, QUOTED)).toBe('"a.b".order_totals');
    expect(functionArgument({ schema: 'public', name: 'Order "Totals"' }, QUOTED)).toBe('public."Order ""Totals"""');
  });

  it('is refused when the function would split it in the wrong place', () => {
    const error = thrownBy(() => functionArgument({ schema: 'a.b', name: 'c' }, SPLIT));
    expect(isPgStreamError(error, 'INVALID_NAME')).toBe(true);
    expect(error).toMatchObject({ schema: 'a.b', table: 'c' });
  });
});

describe('a name for create', () => {
  it.each(['order_totals', '1abc', 'user', 'a$b', '_', 'n'.repeat(63)])('%s is accepted', (name) => {
    for (const grammar of [SPLIT, QUOTED]) {
      expect(() => checkCreatable({ schema: 'public', name }, grammar)).not.toThrow();
    }
  });

  it.each(['Mixed', 'has space', 'has"quote', 'a.b', 'grüße'])('%s is accepted where quotes are read', (name) => {
    expect(() => checkCreatable({ schema: name, name }, QUOTED)).not.toThrow();
  });

  it('is refused where PostgreSQL would cut it, which counts bytes', () => {
    for (const grammar of [SPLIT, QUOTED]) {
      const error = thrownBy(() => checkCreatable({ schema: 'public', name: 'ü'.repeat(32) }, grammar));
      expect(error).toMatchObject({ code: 'INVALID_NAME', message: expect.stringContaining('cut') as string });
    }
  });

  it.each([
    ['upper case', 'Mixed', 'upper-case'],
    ['a blank', 'has space', 'characters'],
    ['a quote', 'has"quote', 'characters'],
    ['a semicolon', 'semi;colon', 'characters'],
    ['a dot', 'a.b', 'characters'],
    ['a letter beyond ASCII', 'grüße', 'characters'],
    ['64 characters', 'n'.repeat(64), 'cut'],
  ])('is refused with the reason when it has %s', (_, name, reason) => {
    for (const qualified of [
      { schema: 'public', name },
      { schema: name, name: 't' },
    ]) {
      const error = thrownBy(() => checkCreatable(qualified, SPLIT));
      expect(isPgStreamError(error, 'INVALID_NAME')).toBe(true);
      expect(error).toHaveProperty('message', expect.stringContaining(reason));
    }
  });
});

describe('a name with a dot', () => {
  it('is told how a schema is said, where a schema may be meant', () => {
    const dotted = thrownBy(() => checkCreatable({ schema: 'public', name: 'analytics.visits' }, SPLIT));
    expect(dotted).toHaveProperty('message', expect.stringContaining('in another schema is { schema, name }'));
    const schema = thrownBy(() => checkCreatable({ schema: 'analytics.visits', name: 't' }, SPLIT));
    expect(schema).toHaveProperty('message', expect.not.stringContaining('{ schema'));
  });
});

function thrownBy(act: () => unknown): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('Nothing was thrown.');
}
