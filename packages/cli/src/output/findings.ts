import type { HealthFinding } from '@pgstream/core';
import type { Output } from './output.ts';

/** Something that was found, by health() or beside it. */
export interface Finding extends Omit<HealthFinding, 'code'> {
  readonly code: string;
}

/** That of the worst finding; what is only information changes nothing. */
type Verdict = 'ok' | 'warn' | 'error';

export function verdictOf(findings: readonly Finding[]): Verdict {
  const severities = new Set(findings.map(({ severity }) => severity));
  if (severities.has('error')) return 'error';
  return severities.has('warn') ? 'warn' : 'ok';
}

/** A verdict, what was looked at, and what was found, each with what to do. */
export function findingsText(
  verdict: Verdict,
  about: readonly string[],
  findings: readonly Finding[],
  { colors }: Output,
): string {
  const word = { ok: colors.good, warn: colors.warning, error: colors.bad };
  const severityWord = { info: colors.faint, warn: colors.warning, error: colors.bad };
  return [
    `${word[verdict](verdict)}  ${colors.faint(about.join(', '))}`,
    ...findings.map(
      ({ severity, code, message, cure }) =>
        `\n${severityWord[severity](severity.padEnd(5))}  ${colors.strong(code)}  ${message}\n       ${cure}`,
    ),
  ].join('\n');
}
