import { CliError, EXIT } from '../exit/index.ts';

/** Whether it may be done without asking. */
export interface ConfirmFlags {
  readonly yes?: boolean;
  readonly json?: boolean | undefined;
}

/** Asks before something is destroyed. Throws where the answer is no, and where there is nobody to ask. */
export async function confirm(question: string, { yes = false, json = false }: ConfirmFlags): Promise<void> {
  if (yes) return;
  if (json || !process.stdin.isTTY || !process.stderr.isTTY) {
    throw new CliError(
      EXIT.refused,
      'NOT_CONFIRMED',
      `${question} There is nobody to ask here, so nothing was done: say --yes if it is meant.`,
    );
  }
  const { confirm: ask, isCancel } = await import('@clack/prompts');
  // Ctrl-D closes the question without an answer, which would be waited for until nothing else is left to do.
  const closed = new AbortController();
  const onKey = (_: unknown, { ctrl, name }: { readonly ctrl?: boolean; readonly name?: string }): void => {
    if (ctrl === true && name === 'd') closed.abort();
  };
  process.stdin.on('keypress', onKey);
  const answer = await ask({ message: question, initialValue: false, output: process.stderr, signal: closed.signal });
  process.stdin.removeListener('keypress', onKey);
  if (isCancel(answer)) throw new CliError(EXIT.interrupted, 'ABORTED', 'Nothing was done.');
  if (!answer) throw new CliError(EXIT.refused, 'NOT_CONFIRMED', 'Nothing was done.');
}
