import Table from 'cli-table3';
import type { Case } from './case.ts';

/** What came of one test. */
export interface Outcome extends Case {
  readonly test: string;
  readonly state: 'passed' | 'failed' | 'skipped' | 'pending';
  /** Why the ORM cannot have it. */
  readonly reason: string | undefined;
  /** What a write did, where the test notes that. */
  readonly did: string | undefined;
}

const INDENT = '  ';
const sides = ['top', 'mid', 'bottom', 'left', 'right'];
const borderless = {
  ...Object.fromEntries(
    sides.flatMap((one) => [one, `${one}-mid`, `${one}-left`, `${one}-right`].map((name) => [name, ''])),
  ),
  middle: INDENT,
};

/** A line for each case and a column for each ORM, the reasons below, and what became of the writes. */
export function renderReport(outcomes: readonly Outcome[]): string {
  const subjects = distinct(outcomes.map(({ subject }) => subject)).toSorted();
  const reasons = distinct(outcomes.flatMap(({ subject, reason }) => (reason ? [`${subject}: ${reason}`] : [])));
  const table = newTable(['Conformance', ...subjects.map((subject) => subject.replace(', ', '\n'))]);
  for (const section of distinct(outcomes.map((outcome) => outcome.section))) {
    table.push([section]);
    for (const id of distinct(outcomes.filter((each) => each.section === section).map((each) => each.id))) {
      const ofCase = outcomes.filter((outcome) => outcome.id === id);
      const cells = subjects.map((subject) =>
        cell(
          ofCase.filter((outcome) => outcome.subject === subject),
          reasons,
        ),
      );
      table.push([`${INDENT}${ofCase[0]?.name}`, ...cells]);
    }
  }
  const counts = subjects.map((subject) => countOf(outcomes.filter((outcome) => outcome.subject === subject)));
  table.push(['tests', ...counts]);
  return [
    '',
    trimmed(table),
    ...reasons.map((reason, index) => `(${index + 1}) ${reason}`),
    ...writesNoted(outcomes, subjects),
    '',
  ].join('\n');
}

function cell(outcomes: readonly Outcome[], reasons: readonly string[]): string {
  const skipped = outcomes.find(({ reason }) => reason !== undefined);
  if (skipped) return `(${reasons.indexOf(`${skipped.subject}: ${skipped.reason}`) + 1})`;
  const passed = outcomes.filter(({ state }) => state === 'passed').length;
  const all = outcomes.length;
  if (all === 0) return '';
  if (all === 1) return { passed: 'yes', failed: 'FAILED', skipped: 'not run', pending: 'not run' }[outcomes[0]!.state];
  return passed === all ? `all ${all}` : `${passed} of ${all}`;
}

function countOf(outcomes: readonly Outcome[]): string {
  const of = (state: Outcome['state']): number => outcomes.filter((outcome) => outcome.state === state).length;
  return `${of('passed')} passed${of('failed') > 0 ? `, ${of('failed')} FAILED` : ''}`;
}

/** More calls than a person would read one by one are counted. */
const LISTED = 12;

/** What became of the writes; columns of which the same is to be said share a paragraph. */
function writesNoted(outcomes: readonly Outcome[], subjects: readonly string[]): string[] {
  const noted = outcomes.filter(({ did }) => did !== undefined);
  return distinct(noted.map(({ id }) => id)).flatMap((id) => {
    const ofCase = noted.filter((outcome) => outcome.id === id);
    const paragraphs = new Map<string, string[]>();
    for (const subject of subjects) {
      const text = paragraph(ofCase.filter((outcome) => outcome.subject === subject));
      paragraphs.set(text, [...(paragraphs.get(text) ?? []), subject]);
    }
    paragraphs.delete('');
    return [...paragraphs].flatMap(([text, of]) => ['', `${ofCase[0]?.name} (${of.join('; ')})`, text]);
  });
}

function paragraph(outcomes: readonly Outcome[]): string {
  return distinct(outcomes.map(({ did }) => did))
    .flatMap((did) => {
      const tests = outcomes.filter((outcome) => outcome.did === did).map(({ test }) => INDENT + INDENT + test);
      const calls = `${INDENT}${did}: ${tests.length} ${tests.length === 1 ? 'call' : 'calls'}`;
      return tests.length > LISTED ? [calls] : [calls, ...tests];
    })
    .join('\n');
}

function newTable(head: string[]): Table.Table {
  return new Table({
    head,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    chars: borderless,
  });
}

function trimmed(table: Table.Table): string {
  return table.toString().replaceAll(/ +$/gm, '');
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
