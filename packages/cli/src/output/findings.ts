import type { Health, HealthFinding } from '@pgstream/core';
import { onTheCommandLine } from '../sentences/index.ts';
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

/** Findings for who types commands, where core has found them. */
export function inItsWords<Some extends Finding>(findings: readonly Some[]): Some[] {
  return findings.map((each) => ({
    ...each,
    message: onTheCommandLine(each.message),
    cure: onTheCommandLine(each.cure),
  }));
}

/** What was looked at, and what was found. */
interface Found extends Pick<Health, 'extension' | 'scheduler' | 'streamTables'> {
  readonly status: Verdict;
  readonly findings: readonly Finding[];
}

/** So many of those that are alike are shown. */
const MOST = 5;

interface Group {
  readonly alike: readonly [Finding, ...Finding[]];
}

/** What is to be cured in the same way stands together, where the first of it stood: it may be hundreds of stream tables. */
function groupsOf(findings: readonly Finding[]): Group[] {
  const groups = new Map<string, [Finding, ...Finding[]]>();
  for (const finding of findings) {
    const key = JSON.stringify([finding.severity, finding.code, finding.cure]);
    const group = groups.get(key);
    if (group) group.push(finding);
    else groups.set(key, [finding]);
  }
  return [...groups.values()].map((alike) => ({ alike }));
}

/** The verdict and what was looked at, and then what was found, each with what to do. */
export function findingsText(
  { status, findings, extension, scheduler, streamTables }: Found,
  { colors }: Output,
): string {
  const word = { ok: colors.good, warn: colors.warning, error: colors.bad };
  const severityWord = { info: colors.faint, warn: colors.warning, error: colors.bad };
  const about = [
    ...(extension === null ? [] : [`${extension.name} ${extension.version}`]),
    `scheduler ${scheduler}`,
    `${streamTables} stream ${streamTables === 1 ? 'table' : 'tables'}`,
  ];
  return [
    `${word[status](status)}  ${colors.faint(about.join(', '))}`,
    ...groupsOf(inItsWords(findings)).map(({ alike: [{ severity, code, cure }, ...more], alike }) => {
      const begin = `${severityWord[severity](severity.padEnd(5))}  ${colors.strong(code)}`;
      const messages = alike.slice(0, MOST).map(({ message }) => `${begin}  ${message}`);
      const left = more.length + 1 - MOST;
      const rest = left > 0 ? [`       ${colors.faint(`and ${left} more like these; --json has all`)}`] : [];
      return ['', ...messages, ...rest, `       ${cure}`].join('\n');
    }),
  ].join('\n');
}
