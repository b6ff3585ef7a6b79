/** A piece of a page. Only {@link html} makes one, so that everything in it was written here or escaped. */
export class Html {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** As it is sent. */
  get text(): string {
    return this.#text;
  }
}

/** What can stand in a template: text is escaped; what is absent (`cond && html…`) leaves nothing. */
export type Content = Html | string | number | false | null | undefined | readonly Content[];

/**
 * A template whose values are escaped, for text and for attributes in double quotes. Attributes without quotes, scripts and
 * styles are no place for a value.
 */
export function html(strings: TemplateStringsArray, ...values: readonly Content[]): Html {
  const parts = tightened(strings);
  let text = parts[0] ?? '';
  for (let index = 0; index < values.length; index += 1) text += textOf(values[index]) + (parts[index + 1] ?? '');
  return new Html(text);
}

const KNOWN = new WeakMap<TemplateStringsArray, readonly string[]>();

/** A template without its indentation, which is a third of what a table of a thousand rows would send. */
function tightened(strings: TemplateStringsArray): readonly string[] {
  const known = KNOWN.get(strings);
  if (known) return known;
  const parts = strings.map((part) => part.replaceAll(/\n\s*/g, '\n'));
  KNOWN.set(strings, parts);
  return parts;
}

function textOf(content: Content): string {
  if (content instanceof Html) return content.text;
  if (typeof content === 'string') return escaped(content);
  if (typeof content === 'number') return String(content);
  if (content === false || content === null || content === undefined) return '';
  let text = '';
  for (const each of content) text += textOf(each);
  return text;
}

const MEANS_SOMETHING = /[&<>"']/;
const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  if (!MEANS_SOMETHING.test(text)) return text;
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
