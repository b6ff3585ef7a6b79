/**
 * Reads a value as Prisma would, and once: gives a copy, in which no getter, proxy, prototype or `toJSON()` can say
 * something else the second time. Only of the value itself, or of the objects of a list: their parts are what `each`
 * makes of them.
 */
export type Settle = (value: unknown, each: EachPart) => unknown;

/** Gives what takes the place of one part of an object. `settle` reads it as Prisma does where it is. */
type EachPart = (key: string, value: unknown, settle: Settle) => unknown;

/** For a value among Prisma's arguments. */
const settle: Settle = (value, each) => {
  if (!isContainer(value)) return value;
  if (isSkip(value)) return undefined;
  if (Array.isArray(value)) return copyOfList(value, (element) => settle(element, each));
  if (value['__prismaRawParameters__'] === true) return asRaw(settleJson('')(value['values'], each));
  const { toJSON } = value;
  if (typeof toJSON === 'function') return asRaw(settleJson('')(toJSON.call(value), each));
  return settledObject(value, each);
};

/** The parts of an object that Prisma reads part by part: inherited ones, too, and none that is Prisma.skip. */
export function settledObject(value: Parts, each: EachPart): Parts {
  const parts: [string, unknown][] = [];
  // As Prisma does it.
  // oxlint-disable-next-line guard-for-in
  for (const key in value) {
    const part = value[key];
    const made = each(key, part, settle);
    const isLeftOut = made === undefined && part !== undefined;
    if (!isLeftOut) parts.push([key, made]);
  }
  return Object.fromEntries(parts);
}

/**
 * For what is within the answer of a `toJSON()`, by its key there: Prisma looks no further into it, and
 * JSON.stringify() reads it when it is sent.
 */
function settleJson(key: string): Settle {
  return (given, each) => {
    if (!isContainer(given)) return given;
    const { toJSON } = given;
    const value: unknown = typeof toJSON === 'function' ? toJSON.call(given, key) : given;
    if (!isContainer(value)) return value;
    if (Array.isArray(value)) return copyOfList(value, (element, index) => settleJson(String(index))(element, each));
    const parts = Object.keys(value).map((name): [string, unknown] => [name, value[name]]);
    const written = parts.filter(([, part]) => part !== undefined && typeof part !== 'function');
    return Object.fromEntries(written.map(([name, part]) => [name, each(name, part, settleJson(name))]));
  };
}

/** What Prisma sends as it is, without what it makes of an object of the user's. */
function asRaw(value: unknown): object {
  return { toJSON: () => value };
}

/** By its places, and not by an iterator, which could say something else. */
function copyOfList(list: readonly unknown[], copyOf: (element: unknown, index: number) => unknown): unknown[] {
  return Array.from({ length: list.length }, (_, index) => copyOf(list[index], index));
}

/** An object by its parts. */
export type Parts = Readonly<Record<string, unknown>>;

/** What can hold a write: not a date or bytes, which are values, and which nothing else can pass for here. */
function isContainer(value: unknown): value is Parts {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value) && !isDate(value);
}

function isDate(value: object): boolean {
  try {
    // Of any realm, and of no proxy.
    Date.prototype.getTime.call(value);
    return true;
  } catch {
    return false;
  }
}

/** `Prisma.skip`, which says under strictUndefinedChecks what `undefined` says without. There is one of it. */
function isSkip(value: Parts): boolean {
  const { ifUndefined } = value;
  return typeof ifUndefined === 'function' && ifUndefined.call(value, undefined) === value;
}
