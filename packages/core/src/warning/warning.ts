const TYPE = 'PgStreamWarning';

/** Tells whoever runs the program. The process prints it once, and others may listen to it. */
export function emitWarning(message: string, more: { readonly code: string; readonly detail?: string }): void {
  // Runtimes that are not Node may have no process.
  const { process } = globalThis as { process?: { emitWarning?(message: string, options: object): void } };
  if (process?.emitWarning) process.emitWarning(message, { type: TYPE, ...more });
  else console.warn(`${TYPE}: ${message}`, more.detail ?? '');
}
