/** A node of what PostgreSQL's parser makes of a text. */
export type Node = Readonly<Record<string, unknown>>;

/** Whether there is a node of which that holds, in this one or below it. */
export function anywhere(value: unknown, holds: (type: string, node: Node) => boolean): boolean {
  if (Array.isArray(value)) return value.some((each) => anywhere(each, holds));
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(
    ([key, part]) => (typeof part === 'object' && part !== null && holds(key, part as Node)) || anywhere(part, holds),
  );
}

/** What a node has under a name, if that is a node. */
export function at(value: unknown, key: string): Node | undefined {
  const part = typeof value === 'object' && value !== null ? (value as Node)[key] : undefined;
  return typeof part === 'object' && part !== null ? (part as Node) : undefined;
}

/** What a node has in a list; empty where there is none. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
