import { PgStreamError } from '../errors/index.ts';
import { quoteLiteral } from '../name/index.ts';
import { END, Lexer, PARAMETER } from './lexer.ts';

/**
 * A query whose parameters, `$1` and so on, stand in it as constants: what the defining query of a stream table has to be,
 * which is kept without them. For what a query builder gives, `query.toSQL()` say.
 *
 * A constant has no type of its own, as a parameter that a driver sends has none: `'7'` is an integer where one is expected. So
 * the query means what it means where the ORM runs it. null is NULL; a Date is its instant in UTC; arrays, byte arrays and other
 * objects are what `pg` makes of them: PostgreSQL's arrays, bytea and JSON. What only looks like a parameter, in a string or a
 * comment, is left alone.
 *
 * Throws INVALID_ARGUMENT, naming the parameter and never its value: for one that is missing, and for values that are none
 * (undefined, functions, symbols, invalid dates, placeholders that are filled in later), and for text with a zero character.
 *
 * @example
 * inlineParameters('SELECT id FROM public.orders WHERE region = $1', ['north']);
 * // SELECT id FROM public.orders WHERE region = 'north'
 */
export function inlineParameters(query: string, values: readonly unknown[]): string {
  let inlined = '';
  let copied = 0;
  for (const lexer = new Lexer(query); lexer.kind !== END; lexer.next()) {
    if (lexer.kind !== PARAMETER) continue;
    const number = Number(query.slice(lexer.start + 1, lexer.end));
    inlined += query.slice(copied, lexer.start) + apart(constant(values, number), query, lexer.start, lexer.end);
    copied = lexer.end;
  }
  return inlined + query.slice(copied);
}

/** `E$1` and `$1$2` are two tokens: no constant may become one with what is beside it. */
function apart(text: string, query: string, start: number, end: number): string {
  const before = start > 0 && /[^\s(,=]/.test(query.charAt(start - 1)) ? ' ' : '';
  const after = /['"\w$&[]|[^\0-\x7f]/.test(query.charAt(end)) ? ' ' : '';
  return query.charAt(end) === '[' ? `${before}(${text})` : before + text + after;
}

function constant(values: readonly unknown[], number: number): string {
  if (!(number >= 1 && number <= values.length)) {
    throw refused(number, `there ${values.length === 1 ? 'is one value' : `are ${values.length} values`}`);
  }
  const text = textOf(values[number - 1], number);
  return text === null ? 'NULL' : quoteLiteral(text);
}

/** A value as PostgreSQL reads it from text; null for NULL. */
function textOf(value: unknown, number: number): string | null {
  if (value === null) return null;
  if (typeof value === 'object') return objectText(value, number);
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'string') {
    throw refused(number, `it is ${value === undefined ? 'undefined' : `a ${typeof value}`}, which is no value`);
  }
  if (value.includes('\0')) throw refused(number, 'it has a zero character, which no text of PostgreSQL may have');
  return value;
}

function objectText(value: object, number: number): string {
  if (value instanceof Date) {
    if (Number.isNaN(value.getTime())) throw refused(number, 'it is a Date that is none');
    return value.toISOString();
  }
  if (Array.isArray(value)) return arrayText(value, number);
  if (ArrayBuffer.isView(value)) return bytesText(value);
  return jsonText(value, number);
}

function arrayText(values: readonly unknown[], number: number): string {
  const elements = values.map((value) => {
    if (Array.isArray(value)) return arrayText(value, number);
    const text = textOf(value, number);
    return text === null ? 'NULL' : `"${text.replaceAll(/["\\]/g, '\\$&')}"`;
  });
  return `{${elements.join(',')}}`;
}

function bytesText({ buffer, byteOffset, byteLength }: ArrayBufferView): string {
  const bytes = new Uint8Array(buffer, byteOffset, byteLength);
  return `\\x${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

/** Plain objects, and those that say how they are written: another one is a tool of the query builder, and no value. */
function jsonText(value: object, number: number): string {
  const prototype: unknown = Object.getPrototypeOf(value);
  const isPlain = prototype === null || prototype === Object.prototype;
  if (!isPlain && typeof (value as { toJSON?: unknown }).toJSON !== 'function') {
    throw refused(number, `it is a ${value.constructor.name}, whose value is not known here`);
  }
  return JSON.stringify(value);
}

function refused(number: number, why: string): PgStreamError {
  return new PgStreamError(
    'INVALID_ARGUMENT',
    `The parameter $${number} cannot become part of the defining query: ${why}. A stream table's query has no parameters; write the value into it.`,
    { operation: 'declare' },
  );
}
