/** A payload that could be read. */
export interface Payload {
  readonly fields: Readonly<Record<string, unknown>>;
  /** Whether it was cut because it was too long. */
  readonly truncated: boolean;
}

/**
 * Reads the payload of a notification; undefined for what cannot be read. Channels are open to everybody, so it may be
 * anything.
 *
 * @param isByHand whether the extension puts its JSON together by hand (contract A.7): only quotes are escaped, so that a
 *   backslash is one, a line may end, and what is too long is cut anywhere
 */
export function readPayload(text: string, isByHand: boolean): Payload | undefined {
  return isByHand ? (byHand(text) ?? asJson(text)) : (asJson(text) ?? byHand(text));
}

function asJson(text: string): Payload | undefined {
  try {
    const fields: unknown = JSON.parse(text);
    if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) return undefined;
    return { fields: { ...fields }, truncated: (fields as { readonly truncated?: unknown }).truncated === true };
  } catch {
    return undefined;
  }
}

/**
 * A text ends at the first quote after which another field begins, or nothing: that is never so inside of one. Or what is left
 * of the cut one.
 */
const TEXT = /"(.*?)(?:"(?=\s*(?:,\s*"\w+"\s*:|\}\s*$))|(?<!\\)"(?=\s*,?\s*(?:"\w*"?)?\s*:?\s*\.\.\.\}$))/;
const FIELD = new RegExp(
  String.raw`\s*"(\w+)"\s*:\s*(?:${TEXT.source}|(-?\d+(?:\.\d+)?|true|false|null))\s*(,|\}\s*$|(?=\.\.\.\}$))`,
  'sy',
);
/** The last field, in whose text it was cut. */
const CUT_FIELD = /\s*"(\w+)"\s*:\s*"(.*)\.\.\.\}$/sy;
const CUT = '...}';

function byHand(text: string): Payload | undefined {
  const opening = /^\s*\{/.exec(text);
  if (!opening) return undefined;
  const fields: [string, unknown][] = [];
  const payload = (truncated: boolean): Payload => ({ fields: Object.fromEntries(fields), truncated });
  let at = opening[0].length;
  const next = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    return pattern.exec(text);
  };
  for (;;) {
    const field = next(FIELD);
    if (!field) break;
    const [whole, key = '', words, scalar = 'null', end] = field;
    // A number whose end is missing is another one.
    if (words === undefined && end === '') break;
    fields.push([key, words === undefined ? (JSON.parse(scalar) as unknown) : unescape(words)]);
    at += whole.length;
    if (end !== ',') return payload(end === '');
  }
  if (!text.endsWith(CUT)) return undefined;
  const [, key, words = ''] = next(CUT_FIELD) ?? [];
  if (key !== undefined) fields.push([key, unescape(words)]);
  return payload(true);
}

function unescape(text: string): string {
  return text.replaceAll('\\"', '"');
}
