/** A mark that another text has not (FNV-1a, 32 bits): it need not be secret, only another one after a change. */
export function markOf(text: string): string {
  let mark = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    mark = Math.imul(mark ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return mark.toString(36);
}
