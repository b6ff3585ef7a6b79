/**
 * Whether a driver's error is the server's and the session goes on: not one by which the server ends it (classes 08 and
 * 57P, two of 25), nor Node's, of which EPIPE looks like one.
 */
export function isSessionAlive(error: unknown): boolean {
  const { code } = error as { readonly code?: unknown };
  return typeof code === 'string' && /^(?!08|57P|25P0[34])(?:\d[0-9A-Z]|F0|HV|P0|XX)[0-9A-Z]{3}$/.test(code);
}
