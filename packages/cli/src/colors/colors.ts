import picocolors from 'picocolors';

/** What colours mean: one word a meaning, so that none is used for its look. */
export interface Colors {
  readonly good: (text: string) => string;
  readonly warning: (text: string) => string;
  readonly bad: (text: string) => string;
  /** Headings and names. */
  readonly strong: (text: string) => string;
  /** What is there for completeness, or is not there. */
  readonly faint: (text: string) => string;
}

/**
 * The colours of a stream. None where it is no terminal, with NO_COLOR (whatever its value), and with `--no-color`;
 * FORCE_COLOR and `--color` keep them.
 */
export function colorsFor(stream: NodeJS.WriteStream, asked: boolean | undefined): Colors {
  const { env } = process;
  // Of what is none it is undefined, whatever its type says; and what is undefined, picocolors decides: a CI is a terminal to that.
  const isTerminal = (stream as { readonly isTTY?: boolean }).isTTY === true;
  const wanted = asked ?? (env['NO_COLOR'] ? false : env['FORCE_COLOR'] ? true : isTerminal && env['TERM'] !== 'dumb');
  const { bold, dim, green, red, yellow } = picocolors.createColors(wanted);
  return { good: green, warning: yellow, bad: red, strong: bold, faint: dim };
}
