/** A string of TypeScript. */
export function quoted(text: string): string {
  const inside = JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"');
  return inside.includes("'") && !inside.includes('"') ? `"${inside}"` : `'${inside.replaceAll("'", "\\'")}'`;
}

/** `{ a: 1, b: 2 }` of what is there; empty where nothing is. */
export function object(properties: Readonly<Record<string, string | undefined>>): string {
  const there = Object.entries(properties).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}: ${value}`],
  );
  return there.length === 0 ? '' : `{ ${there.join(', ')} }`;
}

/** An import of what is used, in the order of the alphabet. */
export function imported(names: Iterable<string>, from: string): string {
  const sorted = [...names].toSorted();
  if (sorted.length === 0) return '';
  const line = `import { ${sorted.join(', ')} } from ${quoted(from)};\n`;
  return line.length <= 100
    ? line
    : `import {\n${sorted.map((name) => `  ${name},\n`).join('')}} from ${quoted(from)};\n`;
}

/** A comment as a docstring, in front of what it is about. */
export function docstring(comment: string | null, indent: string): string {
  if (comment === null || comment.trim() === '') return '';
  const lines = comment.trim().replaceAll('*/', '*\\/').split(/\r?\n/);
  const [only] = lines;
  if (lines.length === 1) return `${indent}/** ${only} */\n`;
  return `${indent}/**\n${lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n')}\n${indent} */\n`;
}
