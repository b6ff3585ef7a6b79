import { access, readFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';

/** The text without what is shown as code, in which nothing is a link. */
function prose(markdown: string): string {
  return markdown.replaceAll(/^ *(```+|~~~+)[^]*?^ *\1 *$/gm, '').replaceAll(/(`+)[^]*?\1/g, 'code');
}

/** Where a Markdown text leads to: targets of links and of images, as they are written. */
export function linksOf(markdown: string): string[] {
  const text = prose(markdown);
  const inline = [...text.matchAll(/\]\(\s*<?([^\s)>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const defined = [...text.matchAll(/^\[[^\]]+\]:\s*<?([^\s>]+)>?/gm)];
  const html = [...text.matchAll(/\b(?:href|src)="([^"]+)"/g)];
  return [...inline, ...defined, ...html].map(([, target]) => target ?? '');
}

/** Where a Markdown text can be entered: its headings, by the names that GitHub and npm give them, and its own ids. */
export function anchorsOf(markdown: string): Set<string> {
  const text = markdown.replaceAll(/^ *(```+|~~~+)[^]*?^ *\1 *$/gm, '');
  const anchors = new Set([...text.matchAll(/<a id="([^"]+)">/g)].map(([, id]) => id ?? ''));
  for (const [, heading] of text.matchAll(/^#{1,6} +(.+?) *#*$/gm)) {
    const name = slug(heading ?? '');
    let anchor = name;
    for (let again = 1; anchors.has(anchor); again++) anchor = `${name}-${again}`;
    anchors.add(anchor);
  }
  return anchors;
}

function slug(heading: string): string {
  return heading
    .replaceAll(/<[^>]+>/g, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_ -]/gu, '')
    .trim()
    .replaceAll(' ', '-');
}

/** The links of a file, given relative to a folder, that lead nowhere within that folder. */
export async function deadLinks(folder: string, file: string): Promise<string[]> {
  const markdown = await readFile(join(folder, file), 'utf8');
  const dead: string[] = [];
  for (const link of linksOf(markdown)) {
    if (/^[a-z][a-z+.-]*:/i.test(link)) continue;
    const [path = '', anchor] = link.split('#');
    const target = path === '' ? join(folder, file) : join(folder, dirname(file), decodeURIComponent(path));
    const leads =
      !relative(folder, target).startsWith('..') &&
      (await exists(target)) &&
      (anchor === undefined || anchorsOf(await readFile(target, 'utf8')).has(anchor));
    if (!leads) dead.push(link);
  }
  return dead;
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
