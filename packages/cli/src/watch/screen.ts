import { emitKeypressEvents } from 'node:readline';
import ansi from 'ansi-escapes';

/** The terminal as a whole, for as long as something is watched. */
export interface Screen {
  /** Draws the text over the last one; of what does not fit it is told how much there is. */
  readonly draw: (text: string) => void;
  /** Leaves the terminal as it was. */
  readonly close: () => void;
}

/** Long lines end at the edge, and do not go on in the next one. */
const NO_WRAP = '\u001B[?7l';
const WRAP = '\u001B[?7h';

/** What happens on the terminal. */
interface ScreenEvents {
  /** q, or Ctrl-C. */
  readonly onQuit: () => void;
  readonly onResize: () => void;
}

const more = (lines: number): string => `… and ${lines} more that do not fit`;

/** Takes the terminal, and gives it back with `close()`. */
export function openScreen({ onQuit, onResize }: ScreenEvents): Screen {
  const { stdin, stdout } = process;
  const onKey = (_: string | undefined, key: { readonly name?: string; readonly ctrl?: boolean }): void => {
    if (key.name === 'q' || (key.ctrl === true && key.name === 'c')) onQuit();
  };
  stdout.write(ansi.enterAlternativeScreen + ansi.cursorHide + NO_WRAP);
  stdout.on('resize', onResize);
  if (stdin.isTTY) {
    emitKeypressEvents(stdin);
    stdin.setRawMode(true);
    stdin.on('keypress', onKey);
    stdin.resume();
  }
  return {
    draw(text) {
      const all = text.split('\n');
      const lines = all.slice(0, stdout.rows);
      if (all.length > lines.length) lines.splice(-1, 1, more(all.length - lines.length + 1));
      stdout.write(ansi.cursorTo(0, 0) + lines.map((line) => line + ansi.eraseEndLine).join('\n') + ansi.eraseDown);
    },
    close() {
      stdout.off('resize', onResize);
      if (stdin.isTTY) {
        stdin.off('keypress', onKey);
        stdin.setRawMode(false);
        stdin.pause();
      }
      stdout.write(WRAP + ansi.cursorShow + ansi.exitAlternativeScreen);
    },
  };
}
