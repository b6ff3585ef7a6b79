/**
 * What core's sentences call by the names that a program has for it, and what that is on the command line. Whole phrases where
 * a word for a word would not do.
 */
const ON_THE_COMMAND_LINE: Readonly<Record<string, string>> = {
  'See its status() for why': 'See why with `pgstream status`',
  'See status() for why': '`pgstream status` says why',
  'call refresh()': 'run `pgstream refresh`',
  'call resume()': 'run `pgstream resume`',
  'ask exists() first': 'ask `pgstream status` first',
  'cdcHealth() and slotHealth() say more': '`pgstream health` says more',
  'let refresh() wait or skip (ifBusy)': 'let `pgstream refresh` wait for it (--if-busy wait)',
  'Or refresh by calls: refreshAll({ onlyStale: true })': 'Or refresh by `pgstream refresh --stale`',
  'refreshAll({ tables, upstream: false })': '`pgstream refresh` with their names',
  "refresh({ as: '<owner>' })": '`pgstream refresh --as <owner>`',
  'refresh({ as })': '`pgstream refresh --as`',
  'verify({ afterRefresh: true })': '`pgstream verify --after-refresh`',
  'another refreshIfStale()': 'another program',
  'drop({ cascade: true })': '`pgstream drop --cascade`',
  'apply()': '`pgstream apply`',
  'graph()': '`pgstream graph`',
  'history()': '`pgstream history`',
  'status()': '`pgstream status`',
  'refresh()': '`pgstream refresh`',
  'suspend()': '`pgstream suspend`',
  'resume()': '`pgstream resume`',
  'drop()': '`pgstream drop`',
  'refreshFunctionSql prints': 'refreshFunctionSql of @pgstream/core prints',
  'refreshRoleSql prints': 'refreshRoleSql of @pgstream/core prints',
  '(refreshRoleSql)': '(refreshRoleSql of @pgstream/core)',
  'Let refreshFunctionSql print it': 'Let refreshFunctionSql of @pgstream/core print it',
  'must be a number of milliseconds, 1 or more': 'must be a duration from 1ms to 24d',
  'must be a number of milliseconds, 0 or more': 'must be a duration of 24d at most',
  'say maxAgeMs, or since': 'say --max-age, or --since',
  'onlyStale: true': '--stale',
  "refreshMode 'FULL'": '--mode FULL',
  '(as)': '(--as)',
  ifBusy: '--if-busy',
  ifNotExists: '--if-not-exists',
  lockTimeoutMs: '--lock-timeout',
  maxAgeMs: '--max-age',
  maxRows: '--max-rows',
  orReplace: '--or-replace',
  refreshMode: '--mode',
  timeoutMs: '--timeout',
  waitMs: '--wait',
};

const PHRASES = new RegExp(
  Object.keys(ON_THE_COMMAND_LINE)
    .toSorted((one, other) => other.length - one.length)
    // What stands in quotes is somebody's name.
    .map((phrase) => `(?<![\\w"'])${phrase.replaceAll(/[^\w ,]/g, String.raw`\$&`)}(?![\\w"'])`)
    .join('|'),
  'g',
);

/** A sentence of core's for who types commands, but for phrases that are what somebody has written. */
export function onTheCommandLine(sentence: string, kept: readonly string[] = []): string {
  return sentence.replaceAll(PHRASES, (phrase) =>
    kept.includes(phrase) ? phrase : (ON_THE_COMMAND_LINE[phrase] ?? phrase),
  );
}
