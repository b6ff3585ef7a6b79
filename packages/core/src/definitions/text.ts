import { nameText } from '../name/index.ts';
import { isChange, statementsOf, type Plan, type PlanStep, type StepKind } from './steps.ts';

const SIGNS: Readonly<Record<StepKind, string>> = {
  create: '+ create',
  alter: '~ alter',
  'alter-query': '~ alter the query of',
  recreate: '! create anew',
  'recreate-view': '! create anew the view',
  'create-view': '+ create the view',
  'replace-view': '~ turn the view',
  adopt: '= take note of',
  drop: '- drop',
  'drop-view': '- drop the view',
  orphan: '? not declared any more:',
  foreign: '? not declared:',
};

/** What is printed of a plan. */
export interface PlanTextOptions {
  /** Whether to print the statements, too. Default: false. */
  readonly sql?: boolean | undefined;
}

/** The plan for people. Ends with a line break. */
export function planText(plan: Plan, { sql = false }: PlanTextOptions = {}): string {
  const { steps, changes } = plan;
  const summary =
    changes === 0
      ? 'Nothing to do: the database has what is declared.'
      : `${changes} of ${steps.length} ${steps.length === 1 ? 'step' : 'steps'} ${changes === 1 ? 'changes' : 'change'} the database.`;
  const statements = sql ? statementsOf(steps, 'up').map((statement) => `${statement};`) : [];
  return [...steps.map(stepText), summary, ...(statements.length === 0 ? [] : ['', statements.join('\n\n')])]
    .map((each) => `${each}\n`)
    .join('');
}

function stepText(step: PlanStep): string {
  const { kind, name, source, reasons, readers, locks, rows, blockers, left } = step;
  const lines = [
    `${SIGNS[kind]} ${nameText(name)}${source === null ? '' : ` (${source})`}`,
    ...reasons.map((reason) => `    because ${reason}`),
    ...(isChange(step) ? [`    ${readers}`, `    Locks: ${locks}`, `    Rows computed: ${rowsText(rows)}`] : []),
    ...left.map((statement) => `    Not put back, its columns are gone: ${statement}`),
    ...blockers.map((blocker) => `    REFUSED: this would be lost: ${blocker}`),
  ];
  return lines.join('\n');
}

function rowsText(rows: number | null): string {
  if (rows === null) return 'unknown';
  return rows === 0 ? 'none' : `about ${rows}`;
}
