/**
 * A name as a segment of a path. A percent sign would not do for all of it: servers and proxies decode %2F into two segments or
 * refuse it, and a browser takes %2E%2E for the folder above. So what is not plain ASCII stands as a tilde and two hexadecimal
 * digits, and only letters of other alphabets, which everybody leaves alone, by percent signs.
 */
export function segmentOf(name: string): string {
  if (/^[\w-]+$/.test(name)) return name;
  const isOnlyDots = /^\.+$/.test(name);
  return encodeURIComponent(name)
    .replaceAll(/[~!'()*]/g, (character) => `~${hex(character)}`)
    .replaceAll(/%([0-7][0-9A-F])/g, '~$1')
    .replaceAll('.', isOnlyDots ? '~2E' : '.');
}

/** The name that a segment stands for; undefined for one that nobody wrote so. */
export function nameOf(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment).replaceAll(/~([0-9A-Fa-f]{2})/g, (_, code: string) =>
      String.fromCodePoint(Number.parseInt(code, 16)),
    );
  } catch {
    return undefined;
  }
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase();
}
