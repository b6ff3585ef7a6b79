const given = new Set<string>();

/** Says once, on Node's own channel for it, that something is not refreshed and why. */
export function warnOnce(text: string): void {
  if (given.has(text)) return;
  given.add(text);
  process.emitWarning(text, { type: 'PgStreamSchedulerWarning' });
}
