import type { SqlExecutor } from '@pgstream/core';
import type { ApplyReport, Plan, PlanOptions } from '@pgstream/core/definitions';
import { fromPg } from '@pgstream/core/pg';
import { confirm, type ConfirmFlags, type Session } from '../command/index.ts';
import { loadDefinitions, shownSteps } from '../definitions/index.ts';

export const DEFINITIONS = 'files of declarations, or folders of them';
export const DROP_ORPHANS = 'drop what apply has made, and what is declared no more';

export interface DefinitionFlags {
  readonly dropOrphans?: boolean;
  readonly extension?: 'pg_stream' | 'pg_trickle';
}

export interface ApplyFlags extends DefinitionFlags, ConfirmFlags {
  readonly lockTimeout?: number;
  readonly wait?: number;
}

export function executorOf({ pool }: Session): SqlExecutor {
  return fromPg(pool);
}

export function optionsOf(
  { defaultSchema, config }: Session,
  { dropOrphans, extension }: DefinitionFlags,
): PlanOptions {
  return { defaultSchema, dialect: extension ?? config.extension, orphans: dropOrphans ? 'drop' : 'report' };
}

/** The plan for what the files declare. */
export async function planFor(session: Session, flags: DefinitionFlags, files: readonly string[]): Promise<Plan> {
  const { plan } = await import('@pgstream/core/definitions');
  const definitions = await loadDefinitions(files, session.defaultSchema);
  return await plan(executorOf(session), definitions, optionsOf(session, flags));
}

/** Shows a plan, asks, and applies it. */
export async function applyAfterAsking(session: Session, flags: ApplyFlags, todo: Plan): Promise<void> {
  const { apply, planText } = await import('@pgstream/core/definitions');
  const { output } = session;
  const shown = shownPlan(planText(todo), todo);
  if (!flags.yes) output.note(shown);
  if (todo.changes > 0) await confirm('Do this?', flags);
  const { lockTimeout: lockTimeoutMs, wait: waitMs } = flags;
  const progress = output.progress();
  const total = todo.steps.length;
  const report = await apply(executorOf(session), todo, {
    lockTimeoutMs,
    waitMs,
    onStatement: (_, step) =>
      progress.step(
        todo.steps.findIndex(({ name }) => name === step.name),
        total,
        session.text(step.name),
      ),
  });
  progress.end();
  const { changes, steps, durationMs } = report;
  output.show({ changes, steps: shownSteps(steps), durationMs }, () => {
    if (!flags.yes) return doneText(report, session);
    // That there is nothing to do is said already.
    return todo.changes === 0 && changes === 0 ? shown : `${shown}\n${doneText(report, session)}`;
  });
}

/** The text of a plan, with what there is to know of it on the command line. */
export function shownPlan(text: string, { steps }: Plan): string {
  const hasOrphans = steps.some(({ kind }) => kind === 'orphan');
  return `${text.trimEnd()}${hasOrphans ? '\nWhat is not declared any more stays, unless --drop-orphans is given.' : ''}`;
}

function doneText({ changes, durationMs }: ApplyReport, { output }: Session): string {
  return changes === 0
    ? 'Nothing was to be done.'
    : `Done: ${changes} ${changes === 1 ? 'change' : 'changes'} in ${output.duration(durationMs)}.`;
}
